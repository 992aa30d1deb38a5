namespace SecureStreams;

/// <summary>Tells that something may have become of some names in some folders. Tests replace it; the real one asks the system.</summary>
internal interface IFolderNotices : IDisposable
{
    /// <summary>Whether all of the names can be told of.</summary>
    bool IsComplete { get; }

    /// <summary>Sees to it that these names are told of, and no others; cheap when they are already. Not from several threads at a time.</summary>
    /// <param name="names">Each with its folder.</param>
    /// <param name="anew">Whether what there is has missed something, and is not to be trusted.</param>
    void Watch(IReadOnlyCollection<(string Folder, string Name)> names, bool anew);
}
