namespace Pacs;

/// <summary>
/// What went wrong, for the caller and the log: what was found, what was expected, what to do. It holds no password, and nothing of a
/// patient: no identifiers of study, series or image, and no content that a server sent.
/// </summary>
internal sealed class PacsException(string message, Exception? inner = null) : Exception(message, inner);
