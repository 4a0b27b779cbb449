using Microsoft.ML.SegSam.Knowledge;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class CompatibleNamesTests
{
    private static readonly CategoryGlossary Glossary = CategoryGlossary.Default;

    [TestMethod]
    [DataRow("left_lung", "left_lung")]
    [DataRow("Hepatic parenchyma", "liver_003")]
    [DataRow("lung", "left_lung")]
    [DataRow("Lungs", "lung (R)")]
    [DataRow("kidney", "kidney_left_000")]
    [DataRow("atrium", "left_atrium")] // the glossary has no atrium
    [DataRow("rib", "left_rib_7")]
    [DataRow("left_rib", "left_rib_7")]
    [DataRow("rib 7", "left rib")]
    [DataRow("lumbar vertebra", "vertebrae_l1")]
    [DataRow("vertebrae", "vertebrae_l1")]
    [DataRow("vertebra", "vertebrae_S1")]
    [DataRow("aorta", "abdominal_aorta")]
    [DataRow("carotid_artery", "common_carotid_artery_left")]
    [DataRow("skin_lesion", "melanoma")]
    [DataRow("pigmented skin lesion", "mole")]
    [DataRow("brain_tumor", "glioblastoma")]
    [DataRow("tumors of the brain", "left meningioma")]
    [DataRow("liver lesion", "HCC")]
    [DataRow("breast_tumor", "fibroadenoma")]
    [DataRow("breast_tumor", "breast cancer")]
    [DataRow("glioma", "glioblastoma")]
    [DataRow("gray matter", "left cerebral cortex")]
    [DataRow("lymph node", "lymphadenopathy")]
    [DataRow("adrenal mass", "adrenal adenoma")]
    [DataRow("pneumonia", "COVID-19")]
    [DataRow("bone lesion", "bone metastasis")]
    [DataRow("colitis", "ulcerative colitis")]
    [DataRow("inflammatory cells", "lymphocyte")]
    [DataRow("soft tissue mass", "soft_tissue_sarcoma")]
    [DataRow("intracranial_hemorrhage", "subdural hematoma, right")]
    [DataRow("nucleus", "neoplastic nuclei")]
    [DataRow("leukocyte", "lymphocytes")]
    [DataRow("prostate", "prostate_gland")] // the organ or one of its glands
    [DataRow("pathology", "polyp")]
    [DataRow("pathology", "melanoma")] // by way of skin lesion
    [DataRow("lesion", "pulmonary embolus")]
    [DataRow("heart", "cardiomegaly")]
    [DataRow("ear drum", "ear_drum_R")]
    [DataRow("segment", "segment 4")]
    public void Two_names_may_be_true_of_one_object(string name, string other) => AssertCompatible(true, name, other);

    [TestMethod]
    [DataRow("left_lung", "right_lung")]
    [DataRow("left_atrium", "right_atrium")]
    [DataRow("left_atrium", "left_ventricle")]
    [DataRow("left meningioma", "right brain tumor")]
    [DataRow("middle lobe", "left middle lobe")]
    [DataRow("left_rib_7", "left_rib_8")]
    [DataRow("left_rib_7", "right_rib_7")]
    [DataRow("vertebrae_l1", "vertebrae_l2")] // one entry describes both
    [DataRow("vertebrae_t12", "lumbar vertebra")]
    [DataRow("thoracic aorta", "abdominal aorta")]
    [DataRow("common carotid artery", "internal carotid artery")]
    [DataRow("melanoma", "nevus")]
    [DataRow("glioma", "meningioma")]
    [DataRow("lipoma", "soft_tissue_sarcoma")]
    [DataRow("breast cancer", "fibroadenoma")]
    [DataRow("consolidation", "ground glass opacity")]
    [DataRow("COVID-19 infection", "interstitial lung disease")]
    [DataRow("bone metastasis", "fracture")]
    [DataRow("prostate_gland", "prostate_tumor_gland")]
    [DataRow("liver", "spleen")]
    [DataRow("segment 4", "segment 5")]
    [DataRow("ear drum left", "right ear drum")]
    [DataRow("left and right kidney", "kidney")]
    [DataRow("12", "rib")]
    public void Different_things_are_told_apart(string name, string other) => AssertCompatible(false, name, other);

    [TestMethod]
    [DataRow("hippocampus", "anterior_hippocampus")]
    [DataRow("hippocampus", "posterior_hippocampus")]
    [DataRow("anterior_hippocampus", "posterior_hippocampus")]
    [DataRow("white_blood_cell", "nucleus")]
    [DataRow("white_blood_cell", "cytoplasm")]
    [DataRow("nucleus", "cytoplasm")]
    [DataRow("axon", "myelin")]
    [DataRow("spinal_cord", "spinal_cord_gray_matter")]
    [DataRow("left_lung", "left_lung_upper_lobe")]
    [DataRow("vertebra", "sacrum")]
    [DataRow("vertebra", "vertebral body")]
    [DataRow("cerebellum", "left_cerebelum_6")]
    [DataRow("brain", "left_insula")]
    [DataRow("left_frontal_sup", "left_frontal_sup_medial")]
    [DataRow("brain_tumor", "tumor core")]
    [DataRow("liver", "liver tumor")]
    [DataRow("optic disc", "optic cup")]
    [DataRow("macula", "fovea")]
    [DataRow("iliopsoas", "psoas")]
    [DataRow("stomach", "gastric lumen")]
    public void A_part_is_another_object_than_its_whole(string whole, string part) => AssertCompatible(false, whole, part);

    [TestMethod]
    public void A_glossary_without_entries_still_knows_sides_and_numbers()
    {
        Assert.IsTrue(CategoryGlossary.Empty.Compatible("lung", "lung_left"));
        Assert.IsFalse(CategoryGlossary.Empty.Compatible("lung_right", "lung_left"));
        Assert.IsFalse(CategoryGlossary.Empty.Compatible("skin lesion", "melanoma"));
    }

    [TestMethod]
    public void Broader_terms_are_names_of_entries_and_never_lead_back()
    {
        var byName = Glossary.Entries.ToDictionary(entry => entry.Name);
        var deepest = 0;
        foreach (var entry in Glossary.Entries)
        {
            CollectionAssert.AllItemsAreUnique(entry.Broader.ToArray(), entry.Name);
            var (level, depth) = (entry.Broader, 0);
            for (; level.Count > 0; depth++)
            {
                Assert.DoesNotContain(entry.Name, level);
                Assert.IsLessThan(10, depth, entry.Name);
                level = [.. level.SelectMany(name => byName[name].Broader)];
            }

            deepest = Math.Max(deepest, depth);
        }

        Assert.IsGreaterThanOrEqualTo(2, deepest);
    }

    [TestMethod]
    public void An_entry_agrees_with_its_broader_terms_by_every_name_of_both()
    {
        foreach (var (entry, name) in Glossary.Entries.SelectMany(entry => entry.Broader.Select(name => (entry, name))))
        {
            Assert.IsTrue(Glossary.TryFind(name, out var broader), name);
            foreach (var narrow in entry.Synonyms.Prepend(entry.Name))
            {
                foreach (var broad in broader.Synonyms.Prepend(broader.Name))
                    AssertCompatible(true, broad, narrow);
            }
        }
    }

    private static void AssertCompatible(bool expected, string name, string other)
    {
        Assert.AreEqual(expected, Glossary.Compatible(name, other), $"{name}, {other}");
        Assert.AreEqual(expected, Glossary.Compatible(other, name), $"{other}, {name}");
    }
}
