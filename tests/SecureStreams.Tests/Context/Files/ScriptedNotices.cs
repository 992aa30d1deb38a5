namespace SecureStreams.Tests.Context.Files;

/// <summary>Notices that a test gives.</summary>
internal sealed class ScriptedNotices : IFolderNotices
{
    private Action _noticed = static () => { };
    private Action<string, string> _lost = static (_, _) => { };
    private int _remade;

    public bool IsComplete => true;

    public bool IsDisposed { get; private set; }

    /// <summary>How often the watch distrusted what it had.</summary>
    public int Remade => Volatile.Read(ref _remade);

    public IFolderNotices Make(Action noticed, Action<string, string> lost)
    {
        (_noticed, _lost) = (noticed, lost);
        return this;
    }

    public void Give() => _noticed();

    public void Lose(string folder, string reason) => _lost(folder, reason);

    public void Watch(IReadOnlyCollection<(string Folder, string Name)> names, bool anew)
    {
        if (anew)
            Interlocked.Increment(ref _remade);
    }

    public void Dispose() => IsDisposed = true;
}
