namespace SecureStreams.Remote;

/// <summary>What keeping policies asks of a disk. Each call is one step after which a crash may come; all throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> where they fail.</summary>
internal interface ISlotFiles
{
    /// <summary>Makes the folder, or checks that it is for its owner alone.</summary>
    void Prepare();

    /// <summary>Reads a file; null when there is none.</summary>
    /// <param name="name">Its name in the folder.</param>
    /// <param name="most">Bytes it may have; one that has more is an <see cref="IOException"/>, and not read.</param>
    byte[]? Read(string name, int most);

    /// <summary>Writes a file, new or anew, for its owner alone; not yet down to the disk.</summary>
    void Write(string name, ReadOnlySpan<byte> content);

    /// <summary>Has a file's content on the disk.</summary>
    void Sync(string name);

    /// <summary>Puts a file in the place of another, at once.</summary>
    void Replace(string name, string target);

    /// <summary>Has the names in the folder on the disk.</summary>
    void SyncFolder();
}
