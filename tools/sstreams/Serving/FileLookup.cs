namespace SecureStreams.Tool.Serving;

/// <summary>What a path leads to.</summary>
/// <param name="Status">200, or why there is nothing.</param>
/// <param name="File">The file, which is the caller's to dispose of.</param>
/// <param name="Location">Where it is instead, for 301.</param>
internal readonly record struct FileLookup(int Status, ServedFile? File = null, string? Location = null);
