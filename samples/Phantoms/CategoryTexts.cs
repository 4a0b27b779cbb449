namespace Phantoms;

/// <summary>What each category looks like in these pictures: where, shape and size, brightness, texture, border,
/// look-alikes.</summary>
internal static class CategoryTexts
{
    public static IReadOnlyDictionary<string, string> ByName { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["liver"] =
            "CT: the largest organ, fills the image's left upper abdomen in front of the right kidney and reaches across the " +
            "midline. Wedge shaped, tapering towards the stomach. Medium grey, even, with a few thin darker vessels. Smooth " +
            "sharp border against dark fat. As bright as the spleen, but on the other side and several times larger.",
        ["spleen"] =
            "CT: in the image's right upper abdomen at the body wall, beside stomach and left kidney. Upright crescent, hollow " +
            "on its inner side, a third of the liver's size. Medium grey, even, without vessels. Smooth sharp border. As " +
            "bright as liver and kidney: told by its place at the left wall and its curved form.",
        ["left kidney"] =
            "CT: beside the spine on the image's right, behind the spleen, next to the psoas muscle. Bean shaped, notch and " +
            "dark fat centre facing the spine, about a vertebra's size. Medium to bright grey rim. Smooth border in dark fat. " +
            "Mirror image of the right kidney; the spleen has no dark centre.",
        ["right kidney"] =
            "CT: beside the spine on the image's left, behind the liver, next to the psoas muscle. Bean shaped, notch and dark " +
            "fat centre facing the spine, about a vertebra's size. Medium to bright grey rim. Smooth border in dark fat. " +
            "Mirror image of the left kidney; the liver in front of it is far larger.",
        ["aorta"] =
            "CT: directly in front of the vertebra, slightly to the image's right of the midline. Small round disc. Medium to " +
            "bright grey, even. Sharp round border. The vena cava beside it, on the image's left, is flatter and as bright.",
        ["liver lesion"] =
            "CT: a spot inside the liver. Round to lobed, a quarter of the liver's width. Darker than the liver around it, " +
            "slightly mottled. Blurred border. Liver vessels are as dark but thin and long; a kidney cyst lies at a kidney, " +
            "even and sharp.",
        ["kidney cyst"] =
            "CT: bulges from the outer side of the left or right kidney into the fat. Almost a perfect circle, smaller than " +
            "the kidney. Dark, as water, between fat and kidney in brightness, perfectly even. Sharp border. A liver lesion is " +
            "as dark but blurred and inside the liver.",
        ["left lateral ventricle"] =
            "MR: in the middle of the head, on the image's right of the midline, below the corpus callosum. Slanted crescent " +
            "or comma that leans outward at its top. As fluid: dark on T1, bright on T2, even. Sharp border to white matter. " +
            "Mirror image of the right lateral ventricle.",
        ["right lateral ventricle"] =
            "MR: in the middle of the head, on the image's left of the midline, below the corpus callosum. Slanted crescent or " +
            "comma that leans outward at its top. As fluid: dark on T1, bright on T2, even. Sharp border to white matter. " +
            "Mirror image of the left lateral ventricle.",
        ["cerebellum"] =
            "MR: at the bottom of the skull, below the hemispheres, on both sides of the brainstem. Wide flat oval, half the " +
            "brain's width. Grey as cortex with fine level stripes and paler white matter inside. Border of dark or bright " +
            "fluid. The cortex above has folds, not stripes.",
        ["brain tumour"] =
            "MR: within one hemisphere, away from the midline, with a blurred zone of swelling around it. Roundish, lobed, a " +
            "quarter of the hemisphere's width. Darker than white matter on T1, brighter on T2, mottled, sometimes with a " +
            "fluid centre. Uneven border. A ventricle has the same brightness but lies at the midline and is even.",
        ["left thyroid lobe"] =
            "Ultrasound: beside the windpipe on the image's right, between windpipe and carotid artery, below the strap " +
            "muscle. Rounded triangle to oval. Bright, fine even speckle. Thin bright capsule. Mirror image of the right lobe; " +
            "the oesophagus lies behind it.",
        ["right thyroid lobe"] =
            "Ultrasound: beside the windpipe on the image's left, between windpipe and carotid artery, below the strap muscle. " +
            "Rounded triangle to oval. Bright, fine even speckle. Thin bright capsule. Mirror image of the left lobe; no " +
            "oesophagus behind it.",
        ["strap muscle"] =
            "Ultrasound: in front of the thyroid, under skin and fat. Thin flat band across the image's middle. Dark grey with " +
            "fine stripes along it. Thin bright sheath. The deep neck muscles are as dark but lie behind the thyroid and are " +
            "thicker.",
        ["thyroid nodule"] =
            "Ultrasound: inside one thyroid lobe. Oval, half the lobe's width or less. Darker than the lobe, solid and " +
            "speckled or, as a cyst, black with a bright band behind it. Dark thin halo. The carotid artery is as round and " +
            "black but lies outside the lobe.",
    };
}
