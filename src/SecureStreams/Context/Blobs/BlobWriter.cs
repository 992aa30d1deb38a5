namespace SecureStreams;

/// <summary>Writes a new file with a blob, down to the disk.</summary>
internal delegate void BlobWriter(string path, ReadOnlySpan<byte> value, DateTimeOffset? expires);
