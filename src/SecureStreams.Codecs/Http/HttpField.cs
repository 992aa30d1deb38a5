namespace SecureStreams.Codecs.Http;

/// <summary>A field of an HTTP head.</summary>
/// <param name="Name">Its name as it came; compared without regard to case.</param>
/// <param name="Value">Its value without the white space around it.</param>
public readonly record struct HttpField(string Name, string Value);
