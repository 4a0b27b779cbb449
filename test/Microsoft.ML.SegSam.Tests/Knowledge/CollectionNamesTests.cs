using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

/// <summary>The glossary against the names of a collection of real data sets of twelve modalities.</summary>
[TestClass]
public sealed class CollectionNamesTests
{
    private static readonly CategoryGlossary Glossary = CategoryGlossary.Default;

    private static readonly Dictionary<string, string> Modalities = new()
    {
        ["ct"] = "CT", ["mr"] = "MR", ["pet"] = "PET", ["xray"] = "X-ray", ["ultrasound"] = "ultrasound", ["oct"] = "OCT",
        ["fundus"] = "fundus", ["dermoscopy"] = "dermoscopy", ["endoscopy"] = "endoscopy", ["histology"] = "histology",
        ["microscopy"] = "microscopy", ["electron_microscopy"] = "electron microscopy",
    };

    [TestMethod]
    [DataRow("left_frontal_sup", "superior frontal gyrus", "left")]
    [DataRow("right_frontal_mid_orb", "orbital part of the middle frontal gyrus", "right")]
    [DataRow("left_frontal_inf_oper", "opercular part of the inferior frontal gyrus", "left")]
    [DataRow("right_cingulum_post", "posterior cingulate gyrus", "right")]
    [DataRow("left_temporal_pole_sup", "temporal pole of the superior temporal gyrus", "left")]
    [DataRow("Occipital_Mid_R", "middle occipital gyrus", "right")]
    [DataRow("right_cerebelum_3", "cerebellar lobule III", "right")]
    [DataRow("left_cerebelum_4_5", "cerebellar lobules IV and V", "left")]
    [DataRow("Cerebellum_Crus1_L", "cerebellar crus I", "left")]
    [DataRow("left_cerebelum_7b", "cerebellar lobule VIIB", "left")]
    [DataRow("vermis_10", "vermis lobule X", "")]
    [DataRow("vermis_4_5_000", "vermis lobules IV and V", "")]
    [DataRow("left_caudate", "caudate nucleus", "left")]
    [DataRow("cerebellum_000", "cerebellum", "")]
    [DataRow("posterior_hippocampus", "posterior hippocampus", "")]
    [DataRow("tubule_lumen", "tubule lumen", "")]
    [DataRow("myelin", "myelin", "")]
    [DataRow("white_blood_cell", "white blood cell", "")]
    [DataRow("intubation", "endotracheal tube", "")]
    [DataRow("glottal_space", "glottal space", "")]
    [DataRow("vocal_folds", "vocal fold", "")]
    [DataRow("soft_tissue_sarcoma", "soft tissue sarcoma", "")]
    [DataRow("spinal_cord_gray_matter", "spinal cord gray matter", "")]
    [DataRow("portal_vein_and_splenic_vein", "portal vein", "")]
    public void Names_of_atlases_and_data_sets_find_their_entry(string name, string expected, string side)
    {
        foreach (var spelling in new[] { name, name.Replace('_', ' ') })
        {
            Assert.IsTrue(Glossary.TryFind(spelling, out var entry), spelling);
            Assert.AreEqual((expected, side), (entry.Name, $"{entry.Side}".ToLowerInvariant()), spelling);
        }
    }

    [TestMethod]
    public void The_116_regions_of_AAL_have_entries_of_their_own()
    {
        const string ofHemispheres = """
            Precentral Frontal_Sup Frontal_Sup_Orb Frontal_Mid Frontal_Mid_Orb Frontal_Inf_Oper Frontal_Inf_Tri Frontal_Inf_Orb
            Rolandic_Oper Supp_Motor_Area Olfactory Frontal_Sup_Medial Frontal_Med_Orb Rectus Insula Cingulum_Ant Cingulum_Mid
            Cingulum_Post Hippocampus ParaHippocampal Amygdala Calcarine Cuneus Lingual Occipital_Sup Occipital_Mid Occipital_Inf
            Fusiform Postcentral Parietal_Sup Parietal_Inf SupraMarginal Angular Precuneus Paracentral_Lobule Caudate Putamen Pallidum
            Thalamus Heschl Temporal_Sup Temporal_Pole_Sup Temporal_Mid Temporal_Pole_Mid Temporal_Inf Cerebelum_Crus1 Cerebelum_Crus2
            Cerebelum_3 Cerebelum_4_5 Cerebelum_6 Cerebelum_7b Cerebelum_8 Cerebelum_9 Cerebelum_10
            """;
        const string ofVermis = "Vermis_1_2 Vermis_3 Vermis_4_5 Vermis_6 Vermis_7 Vermis_8 Vermis_9 Vermis_10";
        var regions = ofHemispheres.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(name => (string[])[name + "_L", name + "_R"]).Concat(ofVermis.Split(' ')).ToList();
        Assert.HasCount(116, regions);
        var names = regions.Select(region => Glossary.TryFind(region, out var entry) ? entry.FullName : region).ToList();
        Assert.HasCount(116, names.Distinct());
        CollectionAssert.AreEqual(Array.Empty<string>(), names.Intersect(regions).ToArray());
        foreach (var (i, region) in regions.Index())
            Assert.AreEqual(i, regions.FindIndex(other => Glossary.Compatible(region, other)), region);
    }

    [TestMethod]
    public void Every_name_has_an_entry_that_says_how_it_looks_in_its_modality()
    {
        var objects = Objects().DistinctBy(row => (row.Modality, row.Name)).ToList();
        Assert.HasCount(188, objects.Select(row => row.Name).Distinct());
        foreach (var (_, modality, name) in objects)
        {
            Assert.IsTrue(Glossary.TryFind(name, out var entry), name);
            Assert.IsTrue(Glossary.TryFind(name.Replace('_', ' '), out var spaced) && ReferenceEquals(entry, spaced), name);
            Assert.AreEqual(name.Split('_')[0] is "left" or "right" ? name.Split('_')[0] : "",
                entry.FullName.Split(' ')[0] is "left" or "right" ? entry.FullName.Split(' ')[0] : "");
            Assert.IsTrue(entry.Intensity.ContainsKey(Modalities[modality]), $"{name} in {modality}");
        }
    }

    [TestMethod]
    public void Names_within_an_image_are_told_apart_but_for_both_lungs_and_each()
    {
        var compatible = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var image in Objects().GroupBy(row => row.Image, row => row.Name))
        {
            var names = image.Distinct().Order(StringComparer.Ordinal).ToList();
            compatible.UnionWith(from name in names
                                 from other in names
                                 where string.CompareOrdinal(name, other) < 0 && Glossary.Compatible(name, other)
                                 select $"{name}, {other}");
        }

        CollectionAssert.AreEqual((string[])["left_lung, lung", "lung, right_lung"], compatible.ToArray());
    }

    private static List<(string Image, string Modality, string Name)> Objects()
    {
        var table = File.ReadAllLines(SharedFolder.Require("data", "med2d-mini", "table.csv")).Select(line => line.Split(',')).ToList();
        var (image, modality, category) =
            (Array.IndexOf(table[0], "image"), Array.IndexOf(table[0], "modality"), Array.IndexOf(table[0], "category"));
        return [.. table.Skip(1).Select(row => (row[image], row[modality], row[category]))];
    }
}
