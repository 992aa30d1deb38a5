using System.Collections.Frozen;

namespace SecureStreams;

/// <summary>Notices of the system, one <see cref="FileSystemWatcher"/> for a folder.</summary>
/// <param name="noticed">Told that something may have changed; called by any thread.</param>
/// <param name="lost">Told the folder and the reason when the system does not tell of it; called by any thread, once for a reason.</param>
internal sealed class FolderNotices(Action noticed, Action<string, string> lost) : IFolderNotices
{
    // Each takes a thread of the platform's and one of the few instances that the system gives a user; a chain of links through more folders is left to the regular look.
    private const int MaxFolders = 8;

    private readonly List<FileSystemWatcher> _watchers = [];
    private string _signature = "";
    private string _lastReason = "";

    /// <inheritdoc/>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public void Watch(IReadOnlyCollection<(string Folder, string Name)> names, bool anew)
    {
        var folders = names.GroupBy(static one => one.Folder, static one => one.Name, StringComparer.Ordinal).Where(static one => Directory.Exists(one.Key)).ToList();

        // With the times of their making, since a folder that took another's place has its name: who watched that one would never hear of this one.
        var signature = string.Join('\n', folders.Select(static one => $"{one.Key}|{Made(one.Key)}|{string.Join('/', one.Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal));
        if (!anew && IsComplete && signature == _signature)
            return;
        DisposeWatchers();
        _signature = signature;
        IsComplete = true;
        foreach (var folder in folders.Take(MaxFolders))
            Add(folder.Key, folder.ToFrozenSet(StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeWatchers();

    private void Add(string folder, FrozenSet<string> names)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.CreationTime | NotifyFilters.Attributes,
            };
            watcher.Changed += (_, change) => Take(change.Name);
            watcher.Created += (_, change) => Take(change.Name);
            watcher.Deleted += (_, change) => Take(change.Name);
            watcher.Renamed += (_, change) =>
            {
                if (names.Contains(change.OldName ?? "") || names.Contains(change.Name ?? ""))
                    noticed();
            };
            watcher.Error += (_, error) =>
            {
                Lose(folder, error.GetException());
                noticed(); // What was lost may have been what mattered.
            };
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            Lose(folder, error);
        }

        void Take(string? name)
        {
            if (name is not null && names.Contains(name))
                noticed();
        }
    }

    private void Lose(string folder, Exception error)
    {
        IsComplete = false;

        // Tried again with every look, told once.
        if (Interlocked.Exchange(ref _lastReason, error.Message) != error.Message)
            lost(folder, error.Message);
    }

    private void DisposeWatchers()
    {
        foreach (var watcher in _watchers)
            watcher.Dispose();
        _watchers.Clear();
    }

    private static long Made(string folder)
    {
        try
        {
            return Directory.GetCreationTimeUtc(folder).Ticks;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
