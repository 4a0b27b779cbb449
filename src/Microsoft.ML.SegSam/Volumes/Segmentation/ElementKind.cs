namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>An element that is written: its tag and its value representation (PS3.6).</summary>
/// <param name="Tag">Group in the upper, element in the lower half.</param>
/// <param name="Form">Two letters, such as "UI".</param>
internal readonly record struct ElementKind(uint Tag, string Form)
{
    public static readonly ElementKind
        MetaLength = new(0x00020000, "UL"), MetaVersion = new(0x00020001, "OB"), MediaClass = new(0x00020002, "UI"),
        MediaInstance = new(0x00020003, "UI"), TransferSyntax = new(0x00020010, "UI"), ImplementationClass = new(0x00020012, "UI"),
        ImplementationVersion = new(0x00020013, "SH"),
        CharacterSet = new(0x00080005, "CS"), ImageType = new(0x00080008, "CS"), SopClass = new(0x00080016, "UI"),
        SopInstance = new(0x00080018, "UI"), StudyDate = new(0x00080020, "DA"), ContentDate = new(0x00080023, "DA"),
        StudyTime = new(0x00080030, "TM"), ContentTime = new(0x00080033, "TM"), AccessionNumber = new(0x00080050, "SH"),
        Modality = new(0x00080060, "CS"), Manufacturer = new(0x00080070, "LO"), ReferringPhysician = new(0x00080090, "PN"),
        CodeValue = new(0x00080100, "SH"), CodeScheme = new(0x00080102, "SH"), CodeMeaning = new(0x00080104, "LO"),
        SchemeIdentification = new(0x00080110, "SQ"), SchemeName = new(0x00080115, "ST"), SchemeOwner = new(0x00080116, "ST"),
        SeriesDescription = new(0x0008103E, "LO"), ModelName = new(0x00081090, "LO"), ReferencedSeries = new(0x00081115, "SQ"),
        ReferencedInstances = new(0x0008114A, "SQ"), ReferencedClass = new(0x00081150, "UI"), ReferencedInstance = new(0x00081155, "UI"),
        ReferencedFrame = new(0x00081160, "IS"), SourceImage = new(0x00082112, "SQ"), DerivationImage = new(0x00089124, "SQ"),
        DerivationCode = new(0x00089215, "SQ"),
        PatientName = new(0x00100010, "PN"), PatientId = new(0x00100020, "LO"), BirthDate = new(0x00100030, "DA"),
        Sex = new(0x00100040, "CS"),
        SliceThickness = new(0x00180050, "DS"), SpacingBetweenSlices = new(0x00180088, "DS"), SerialNumber = new(0x00181000, "LO"),
        SoftwareVersions = new(0x00181020, "LO"),
        Study = new(0x0020000D, "UI"), Series = new(0x0020000E, "UI"), StudyId = new(0x00200010, "SH"),
        SeriesNumber = new(0x00200011, "IS"), InstanceNumber = new(0x00200013, "IS"), Position = new(0x00200032, "DS"),
        Orientation = new(0x00200037, "DS"), FrameOfReference = new(0x00200052, "UI"), PositionReference = new(0x00201040, "LO"),
        FrameContent = new(0x00209111, "SQ"), PlanePosition = new(0x00209113, "SQ"), PlaneOrientation = new(0x00209116, "SQ"),
        IndexValues = new(0x00209157, "UL"), OrganizationUid = new(0x00209164, "UI"), IndexPointer = new(0x00209165, "AT"),
        GroupPointer = new(0x00209167, "AT"), Organizations = new(0x00209221, "SQ"), Indices = new(0x00209222, "SQ"),
        OrganizationType = new(0x00209311, "CS"), IndexLabel = new(0x00209421, "LO"),
        Samples = new(0x00280002, "US"), Photometric = new(0x00280004, "CS"), Frames = new(0x00280008, "IS"),
        Rows = new(0x00280010, "US"), Columns = new(0x00280011, "US"), PixelSpacing = new(0x00280030, "DS"),
        BitsAllocated = new(0x00280100, "US"), BitsStored = new(0x00280101, "US"), HighBit = new(0x00280102, "US"),
        IsSigned = new(0x00280103, "US"), LossyCompression = new(0x00282110, "CS"), LossyRatio = new(0x00282112, "DS"),
        LossyMethod = new(0x00282114, "CS"), PixelMeasures = new(0x00289110, "SQ"),
        PurposeCode = new(0x0040A170, "SQ"),
        SegmentationType = new(0x00620001, "CS"), Segments = new(0x00620002, "SQ"), CategoryCode = new(0x00620003, "SQ"),
        SegmentNumber = new(0x00620004, "US"), SegmentLabel = new(0x00620005, "LO"), AlgorithmType = new(0x00620008, "CS"),
        AlgorithmName = new(0x00620009, "LO"), SegmentIdentification = new(0x0062000A, "SQ"), ReferencedSegment = new(0x0062000B, "US"),
        TypeCode = new(0x0062000F, "SQ"),
        ContentLabel = new(0x00700080, "CS"), ContentDescription = new(0x00700081, "LO"), ContentCreator = new(0x00700084, "PN"),
        SharedGroups = new(0x52009229, "SQ"), FrameGroups = new(0x52009230, "SQ"),
        Pixels = new(0x7FE00010, "OB");

    /// <summary>Whether four bytes say the length.</summary>
    public bool HasLongLength => Form is "OB" or "SQ";
}
