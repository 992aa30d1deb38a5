namespace SecureStreams;

/// <summary>The store a context has when its program gives none.</summary>
internal static class BlobStores
{
    /// <summary>In files under a folder of state, or in memory when there is none.</summary>
    /// <exception cref="SsBlobException">The folder cannot be used.</exception>
    public static ISsBlobStore Open(string? stateFolder, TimeProvider time)
    {
        if (stateFolder is null)
            return new SsMemoryBlobStore(time);

        // Checked too: whoever can enter it for writing can put another folder in the place of the one inside.
        BlobFile.PrepareFolder(stateFolder);
        return new SsFileBlobStore(Path.Combine(stateFolder, "blobs"), time);
    }
}
