using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// Watches the files of a context's policy: when they change and have been quiet for a while, their sum takes the place of the policy in force, as by
/// <see cref="LocalContext.UpdatePolicyFromFiles(IReadOnlyList{string})"/>. What cannot be used leaves in force what is. Ended by <see cref="DisposeAsync"/>, or with the context. Safe from any thread.
/// </summary>
/// <remarks>
/// Only a change of the files acts, by content: one that is merely touched does nothing, and a policy that came another way stays until the files say something new. Between changes it holds
/// timers and what the platform needs for notices (on Linux a thread of its own for each folder); the files are read on a thread of the pool.
/// </remarks>
public sealed partial class SsPolicyWatch : IAsyncDisposable
{
    private readonly LocalContext _context;
    private readonly SsPolicyWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IFolderNotices _notices;
    private readonly ITimer _timer;
    private readonly ITimer _poll;
    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PolicyLayers _layers;
    private SsPolicyUpdate? _lastUpdate;
    private string? _problem;

    /// <param name="context">Whose policy changes.</param>
    /// <param name="layers">What is watched.</param>
    /// <param name="key">What it said when it was last read; empty when it was not.</param>
    /// <param name="documents">The base that was made of that; default when none was.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where warnings go.</param>
    internal SsPolicyWatch(LocalContext context, PolicyLayers layers, string key, ImmutableArray<PolicyDocument> documents, SsPolicyWatchOptions options, TimeProvider time, ILogger logger)
    {
        _context = context;
        _layers = layers;
        _options = options;
        _time = time;
        _logger = logger;
        _settled = key;
        _ours = key;
        _oursDocuments = documents;
        _notices = (options.Notices ?? (static (noticed, lost) => new FolderNotices(noticed, lost)))(Notice, Lose);

        _timer = time.CreateDetachedTimer(static watch => ((SsPolicyWatch)watch!).Begin(regular: false), this, Timeout.InfiniteTimeSpan);
        _poll = time.CreateDetachedTimer(static watch => ((SsPolicyWatch)watch!).Begin(regular: true), this, Timeout.InfiniteTimeSpan);

        // At once: notices have to be asked for, and what changed since the context read the files nobody tells.
        Begin(regular: true);
    }

    /// <summary>The files, as they were given: the base, then the overlays in their order.</summary>
    public IReadOnlyList<string> Paths => Volatile.Read(ref _layers).Paths;

    /// <summary>What the last change of the files came to, applied or refused; null before the first.</summary>
    public SsPolicyUpdate? LastUpdate => Volatile.Read(ref _lastUpdate);

    /// <summary>Why the files are not what is in force: refused, with each finding at its place, or not to be read. Null when they are, and while a change is still looked at.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Completes when the first look is done: from then on notices come.</summary>
    internal Task Watched => _watched.Task;

    /// <summary>Stops watching; what is in force stays. Completes when no update of it is under way any more; called by <see cref="SsPolicyWatchOptions.Updated"/>, at once.</summary>
    public ValueTask DisposeAsync()
    {
        Task? applying;
        lock (_lock)
        {
            _disposed = true;

            // A look that only reads is left behind: a mount that is gone may hold it for long, and its result is dropped.
            applying = _applyingThread == Environment.CurrentManagedThreadId || !_applying ? null : _applied?.Task;
        }

        _timer.Dispose();
        _poll.Dispose();
        DisposeNotices();
        _context.ForgetWatch(this);
        return applying is null ? ValueTask.CompletedTask : new ValueTask(applying);
    }

    /// <summary>Watches other layers from now on.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="key">What they say, as the caller knows, who has put it in force or was refused.</param>
    /// <param name="problem">Why not, if so.</param>
    internal void Follow(PolicyLayers layers, string key, string? problem)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            Volatile.Write(ref _layers, layers);
            Volatile.Write(ref _problem, problem);
            _settled = key;
            _bad = null;
            _badFirst = null;
            if (problem is null)
                (_ours, _oursDocuments) = (key, _context.BaseDocuments);
        }

        Begin(regular: true);
    }

    private void Lose(string folder, string reason) => PolicyWatchLog.NoticesLost(
        _logger,
        folder,
        reason,
        _options.PollInterval.TotalSeconds,
        OperatingSystem.IsLinux()
            ? "Where limits are used up, raise fs.inotify.max_user_instances or fs.inotify.max_user_watches (sysctl); a mount that cannot tell needs nothing but this"
            : "Nothing needs to be done unless that is too slow");
}
