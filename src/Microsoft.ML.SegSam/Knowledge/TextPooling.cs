namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>How a text encoder's vector of a text is made: as the model was trained, which its model card says.</summary>
public enum TextPooling
{
    /// <summary>The mean of <c>last_hidden_state</c> or <c>token_embeddings</c> over the text's tokens, marks included (all-MiniLM, all-mpnet and most sentence encoders).</summary>
    Mean,

    /// <summary>What <c>last_hidden_state</c> or <c>token_embeddings</c> holds at the first token, BERT's [CLS] (SapBERT, PubMedBERT, Arctic-embed, BGE).</summary>
    FirstToken,

    /// <summary>The model's own vector of the text, the first there is of <c>text_embeds</c>, <c>sentence_embedding</c> and <c>pooler_output</c> (CLIP).</summary>
    Pooled,
}
