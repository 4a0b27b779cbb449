using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class CategoryGlossaryTests
{
    private static readonly CategoryGlossary Glossary = CategoryGlossary.Default;

    [TestMethod]
    [DataRow("Liver", "liver")]
    [DataRow("hepatic parenchyma", "liver")]
    [DataRow("liver_000", "liver")]
    [DataRow("LIVER-2", "liver")]
    [DataRow("Oesophagus", "esophagus")]
    [DataRow("œsophagus", "esophagus")]
    [DataRow("brain tumour", "brain tumor")]
    [DataRow("tumours of the brain", "brain tumor")]
    [DataRow("intracerebral haemorrhage", "intracerebral hemorrhage")]
    [DataRow("grey matter", "gray matter")]
    [DataRow("intervertebral_discs", "intervertebral disc")]
    [DataRow("adrenal+gland", "adrenal gland")]
    [DataRow("nonenhancing tumor", "non-enhancing tumor")]
    [DataRow("inferior_vena_cava", "inferior vena cava")]
    [DataRow("vertebrae_T9", "thoracic vertebra")]
    [DataRow("heart_atrium_left", "left atrium")]
    [DataRow("right ventricle", "right ventricle")]
    [DataRow("portal_vein_and_splenic_vein", "portal vein")]
    [DataRow("Metastases of the liver", "liver metastasis")]
    public void A_name_finds_its_entry_however_it_is_written(string name, string expected)
    {
        Assert.IsTrue(Glossary.TryFind(name, out var entry), name);
        Assert.AreEqual(expected, entry.Name);
        Assert.IsNull(entry.Side);
    }

    [TestMethod]
    [DataRow("kidney_left", "kidney", "left")]
    [DataRow("left kidney", "kidney", "left")]
    [DataRow("Kidney (L)", "kidney", "left")]
    [DataRow("lt kidney", "kidney", "left")]
    [DataRow("right kidneys 2", "kidney", "right")]
    [DataRow("Kidney (R)", "kidney", "right")]
    [DataRow("rib_left_9", "rib", "left")]
    [DataRow("lung_upper_lobe_right", "lung upper lobe", "right")]
    [DataRow("right-sided pleural effusion", "pleural effusion", "right")]
    public void A_side_is_kept_and_said(string name, string expected, string side)
    {
        Assert.IsTrue(Glossary.TryFind(name, out var entry), name);
        Assert.AreEqual((expected, side), (entry.Name, entry.Side.ToString()!.ToLowerInvariant()));
        StringAssert.StartsWith(entry.Describe(), $"{side} {expected}");
    }

    [TestMethod]
    [DataRow("left liver")] // no entry of that side
    [DataRow("left and right kidney")]
    [DataRow("atrium")]
    [DataRow("left middle lobe")]
    [DataRow("disc")]
    [DataRow("bar")]
    [DataRow("left")]
    [DataRow("12")]
    [DataRow("")]
    public void Nothing_is_found_where_the_side_would_be_guessed_or_the_name_is_unknown(string name) =>
        Assert.IsFalse(Glossary.TryFind(name, out _), name);

    [TestMethod]
    public void A_British_spelling_of_any_name_finds_the_same_entry()
    {
        (string American, string British)[] spellings = [("tumor", "tumour"), ("edema", "oedema"), ("esophag", "oesophag"),
            ("hemo", "haemo"), ("hema", "haema"), ("ischem", "ischaem"), ("gray", "grey"), ("fiber", "fibre"), ("celiac", "coeliac")];
        var spelled = 0;
        foreach (var name in Glossary.Entries.SelectMany(entry => entry.Synonyms.Prepend(entry.Name)))
        {
            var british = spellings.Aggregate(name, (text, pair) => text.Replace(pair.British, pair.American)
                .Replace(pair.American, pair.British));
            if (british == name)
                continue;
            spelled++;
            Assert.IsTrue(Glossary.TryFind(name, out var one) && Glossary.TryFind(british, out var other) && ReferenceEquals(one, other),
                british);
        }

        Assert.IsGreaterThan(50, spelled);
    }

    [TestMethod]
    public void What_the_glossary_says_is_spelled_the_American_way()
    {
        var british = new System.Text.RegularExpressions.Regex(
            "grey|oedema|oesoph|[a-z]*haem|colour|tumour|fibre|centre|metre|mould|artefact|organis|faeces|caecum|neighbour");
        foreach (var entry in Glossary.Entries)
            Assert.IsFalse(british.IsMatch(entry.Describe() + entry.Left + entry.Right), entry.Name);
    }

    [TestMethod]
    public void The_sides_of_a_kidney_differ_in_their_neighbors()
    {
        Assert.IsTrue(Glossary.TryFind("left kidney", out var left));
        Assert.IsTrue(Glossary.TryFind("right kidney", out var right));
        StringAssert.Contains(left.Describe(), "spleen");
        StringAssert.Contains(right.Describe(), "below the liver");
        Assert.DoesNotContain("below the liver", left.Describe());
    }

    [TestMethod]
    public void The_embedded_glossary_is_large_enough_in_every_modality()
    {
        Assert.IsGreaterThanOrEqualTo(300, Glossary.Entries.Count);
        foreach (var modality in new[] { "CT", "MR", "PET", "X-ray", "ultrasound", "fundus", "dermoscopy", "endoscopy", "histology" })
            Assert.IsGreaterThanOrEqualTo(8, Glossary.Entries.Count(entry => entry.Intensity.ContainsKey(modality)), modality);
        foreach (var modality in new[] { "OCT", "microscopy", "electron microscopy" })
            Assert.IsTrue(Glossary.Entries.Any(entry => entry.Intensity.ContainsKey(modality)), modality);
        var known = Glossary.Entries.SelectMany(entry => entry.Intensity.Keys).Distinct();
        Assert.AreEqual(12, known.Count(), "A thirteenth would be a misspelled one: " + string.Join(", ", known));
    }

    [TestMethod]
    public void Every_name_and_synonym_finds_its_own_entry_on_every_side()
    {
        foreach (var entry in Glossary.Entries)
        {
            foreach (var name in entry.Synonyms.Prepend(entry.Name))
            {
                Assert.IsTrue(Glossary.TryFind(name.ToUpperInvariant().Replace(' ', '_') + "_007", out var found), name);
                Assert.AreSame(entry, found);
                if (!entry.HasSides)
                    continue;
                Assert.IsTrue(Glossary.TryFind(name + "_left", out var left), name);
                Assert.AreEqual(entry with { Side = BodySide.Left }, left);
            }
        }
    }

    [TestMethod]
    public void The_categories_of_real_folders_are_known()
    {
        var masks = Directory.GetFiles(SharedFolder.Require("data", "sam-med2d-data_demo", "masks"), "*.png");
        Assert.AreNotEqual(0, masks.Length);
        foreach (var mask in masks.Select(path => Path.GetFileNameWithoutExtension(path)))
        {
            var category = string.Join(' ', mask.Split('_')[(mask.StartsWith("amos", StringComparison.Ordinal) ? 3 : 2)..^1]);
            Assert.IsTrue(Glossary.TryFind(category, out var entry), category);
            Assert.AreEqual(category.Contains("left"), entry.Describe().StartsWith("left ", StringComparison.Ordinal), category);
            Assert.AreEqual(category.Contains("right"), entry.Describe().StartsWith("right ", StringComparison.Ordinal), category);
        }
    }
}
