namespace SecureStreams.Tool;

/// <summary>One text as it was read, and what diagnostics call it.</summary>
internal readonly record struct PolicyText(ReadOnlyMemory<byte> Utf8, string Name);
