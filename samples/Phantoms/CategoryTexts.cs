namespace Phantoms;

/// <summary>Descriptions of the categories in these pictures: position, shape and size, brightness, texture, border,
/// look-alikes.</summary>
internal static class CategoryTexts
{
    public static IReadOnlyDictionary<string, string> ByName { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["liver"] =
            "CT: the largest organ, fills the image's left upper abdomen in front of the right kidney and reaches across the " +
            "midline. Wedge shaped, tapering toward the stomach. Medium gray, even, with a few thin darker vessels. Smooth " +
            "sharp border against dark fat. As bright as the spleen, but on the other side and several times larger.",
        ["spleen"] =
            "CT: in the image's right upper abdomen at the body wall, beside stomach and left kidney. Upright crescent, hollow " +
            "on its inner side, a third of the liver's size. Medium gray, even, without vessels. Smooth sharp border. As " +
            "bright as liver and kidney: distinguished by its place at the left wall and its curved form.",
        ["left kidney"] =
            "CT: beside the spine on the image's right, behind the spleen, next to the psoas muscle. Bean shaped, notch and " +
            "dark fat center facing the spine, about a vertebra's size. Medium to bright gray rim. Smooth border in dark fat. " +
            "Mirror image of the right kidney; the spleen has no dark center.",
        ["right kidney"] =
            "CT: beside the spine on the image's left, behind the liver, next to the psoas muscle. Bean shaped, notch and dark " +
            "fat center facing the spine, about a vertebra's size. Medium to bright gray rim. Smooth border in dark fat. " +
            "Mirror image of the left kidney; the liver in front of it is far larger.",
        ["aorta"] =
            "CT: directly in front of the vertebra, slightly to the image's right of the midline. Small round disc. Medium to " +
            "bright gray, even. Sharp round border. The vena cava beside it, on the image's left, is flatter and as bright.",
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
            "brain's width. Gray as cortex with fine level stripes and paler white matter inside. Border of dark or bright " +
            "fluid. The cortex above has folds, not stripes.",
        ["brain tumor"] =
            "MR: within one hemisphere, away from the midline, with a blurred zone of swelling around it. Roundish, lobed, a " +
            "quarter of the hemisphere's width. Darker than white matter on T1, brighter on T2, mottled, sometimes with a " +
            "fluid center. Uneven border. A ventricle has the same brightness but lies at the midline and is even.",
        ["left thyroid lobe"] =
            "Ultrasound: beside the windpipe on the image's right, between windpipe and carotid artery, below the strap " +
            "muscle. Rounded triangle to oval. Bright, fine even speckle. Thin bright capsule. Mirror image of the right lobe; " +
            "the esophagus lies behind it.",
        ["right thyroid lobe"] =
            "Ultrasound: beside the windpipe on the image's left, between windpipe and carotid artery, below the strap muscle. " +
            "Rounded triangle to oval. Bright, fine even speckle. Thin bright capsule. Mirror image of the left lobe; no " +
            "esophagus behind it.",
        ["strap muscle"] =
            "Ultrasound: in front of the thyroid, under skin and fat. Thin flat band across the image's middle. Dark gray with " +
            "fine stripes along it. Thin bright sheath. The deep neck muscles are as dark but lie behind the thyroid and are " +
            "thicker.",
        ["thyroid nodule"] =
            "Ultrasound: inside one thyroid lobe. Oval, half the lobe's width or less. Darker than the lobe, solid and " +
            "speckled or, as a cyst, black with a bright band behind it. Dark thin halo. The carotid artery is as round and " +
            "black but lies outside the lobe.",
        ["brain"] =
            "PET: at the top of the image's center, inside the head. Wide oval, a third of the trunk's width. Dark, as much " +
            "tracer gathers there, with fine folds at its rim. Slightly blurred border to the pale skull. The urinary bladder " +
            "is as dark and oval but lies at the bottom and is even.",
        ["myocardium"] =
            "PET: in the chest, slightly to the image's right of the midline, between the lungs. Slanted ring with a pale " +
            "hollow, as wide as the bladder. Dark to medium, mottled. Blurred border. A tumor focus in the chest is as dark " +
            "but smaller and filled, without a hollow.",
        ["urinary bladder"] =
            "PET: at the bottom of the image's center, between the hips. Round to flat oval, half the brain's size. Dark, as " +
            "the tracer leaves the body there, perfectly even. Smooth border. The brain is as dark but lies at the top and " +
            "has folds; a tumor focus is smaller and off the midline.",
        ["tumor focus"] =
            "PET: a spot in lung, liver, neck or hip, mostly away from the midline. Round to lobed, half the bladder's width. " +
            "Dark to medium, mottled. Blurred uneven border. The kidneys are as dark but lie as an upright oval pair beside " +
            "the spine; the myocardium has a hollow.",
        ["right lung"] =
            "X-ray: fills the image's left half of the chest, beside heart and spine. Tall wedge, narrow at its top, wide " +
            "above the diaphragm. Mostly dark, as air, crossed by ribs and thin vessels. Smooth sharp border. Mirror image of " +
            "the left lung; a little wider, as the heart lies on the other side.",
        ["left lung"] =
            "X-ray: fills the image's right half of the chest, beside heart and spine. Tall wedge, narrow at its top, wide " +
            "above the diaphragm. Mostly dark, as air, crossed by ribs and thin vessels. Smooth sharp border. Mirror image of " +
            "the right lung; narrower below, where the heart lies before it.",
        ["heart"] =
            "X-ray: in the middle of the chest, above the diaphragm, reaching to the image's right of the midline. Slanted " +
            "wide oval, a third of the chest's width. Mostly bright, even. Smooth sharp border to the left lung. The tissue " +
            "below the diaphragm is as bright but reaches to the body wall.",
        ["lung nodule"] =
            "X-ray: inside the left or right lung. Round to lobed, a quarter of the lung's width. Brighter than the lung " +
            "around it, even, crossed by ribs. Rather sharp border. The hilum's vessels are as bright but lie beside the " +
            "heart, longer and blurred; ribs are thin bands.",
        ["optic disc"] =
            "Fundus: on the image's left or right, where all vessels meet. Round to upright oval, a sixth of the image's " +
            "width. Bright yellow, even, with a paler cup inside and thin dark vessels across. Smooth sharp border. An " +
            "exudate is as yellow but in several spots and without vessels.",
        ["optic cup"] =
            "Fundus: inside the optic disc, at its center. Round to upright oval, half the disc's width. Mostly brighter than " +
            "the disc around it, pale yellow, even. Smooth, slightly blurred border. The optic disc is as oval but twice as " +
            "wide and less pale.",
        ["macula"] =
            "Fundus: near the image's center, beside the optic disc, between the upper and the lower vessels. Round, as wide " +
            "as the optic disc. Mostly dark, brown red, even, with a small bright reflex at its center. Blurred border. " +
            "Bleedings are as dark but smaller, with a sharp border and elsewhere.",
        ["hard exudate"] =
            "Fundus: on the far side of the macula from the optic disc. Group of small lobed spots, the largest half the " +
            "disc's width. Bright yellow, even. Sharp uneven border. A cotton-wool spot is as bright but single and blurred; " +
            "the optic disc is one smooth oval where vessels meet.",
        ["nevus"] =
            "Dermoscopy: one spot on the skin, in the image's center or on one side. Round to oval, the same on both sides. " +
            "Medium brown, with a fine even net of pigment. Smooth, slightly blurred border. A melanoma is as brown but " +
            "lobed, notched and of several colors; hairs and freckles are far smaller.",
        ["melanoma"] =
            "Dermoscopy: one spot on the skin, in the image's center or on one side. Lobed and notched, not the same on both " +
            "sides. Dark brown, mottled, with blotches of black, blue and red. Uneven sharp border. A nevus is as brown but " +
            "oval, even and smooth; a keratosis has dots, not blotches.",
        ["seborrheic keratosis"] =
            "Dermoscopy: one spot on the skin, in the image's center or on one side. Round to oval, slightly lobed. Medium " +
            "tan brown, mottled, with small round dots, pale and dark, inside. Sharp border all around. A nevus is as oval " +
            "but has a fine net and no dots; a melanoma has large blotches.",
        ["polyp"] =
            "Endoscopy: bulges from the bowel's wall, on the side away from the dark lumen. Round, smooth dome, a quarter of " +
            "the image's width. Medium red, its middle brighter, slightly mottled, with a dark shadow below. Smooth sharp " +
            "border. Folds are as red but long and bent; an ulcer is flat and pale.",
        ["ulcer"] =
            "Endoscopy: flat in the bowel's wall, below the lumen, at the bottom of the image. Wide lobed oval, a quarter of " +
            "the image's width. Pale yellow, mottled, with a dark red zone around it. Sharp uneven border. Residue is as " +
            "yellow but smaller and without the red zone; a polyp is a smooth dome.",
        ["instrument"] =
            "Endoscopy: reaches from the image's lower left or lower right corner to its center. Long straight band with two " +
            "short jaws at its tip. Medium, without color, as steel, perfectly even, with a bright stripe along it. Smooth " +
            "sharp border. A fold is as long but bent and red.",
    };
}
