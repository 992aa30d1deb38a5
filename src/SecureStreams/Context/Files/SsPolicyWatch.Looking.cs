using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>When the files are read, and what becomes of what they say. One look at a time.</summary>
public sealed partial class SsPolicyWatch
{
    // While the text goes on changing and none of it can be used.
    private const int LongestPatience = 10;

    private readonly Lock _lock = new();
    private readonly Lock _noticesLock = new();
    private bool _noticesDisposed;
    private bool _disposed;
    private bool _looking;
    private bool _again;
    private bool _againRegular;
    private bool _applying;
    private int _applyingThread;
    private TaskCompletionSource? _applied;

    // When the first of the notices came that nobody has looked at yet.
    private long? _firstNotice;

    // The key of what was last put in force, refused or told as unreadable: the files say nothing new while they are that.
    private string _settled;

    // The key of what was last put in force from the files, and the documents that made it the base.
    private string _ours;
    private ImmutableArray<PolicyDocument> _oursDocuments;

    // What cannot be used and has not been told yet, since when, and since when nothing could be used.
    private string? _bad;
    private long _badSince;
    private long? _badFirst;

    private void Notice()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            var now = _time.GetTimestamp();
            var first = _firstNotice ??= now;
            _badSince = now; // A file that is made empty again and again is not one that stays empty.
            var left = _options.LongestWait - _time.GetElapsedTime(first);
            Arm(left < _options.QuietPeriod ? left : _options.QuietPeriod);
        }
    }

    private void Arm(TimeSpan due) => _timer.Change(due < TimeSpan.Zero ? TimeSpan.Zero : due, Timeout.InfiniteTimeSpan);

    /// <param name="regular">Nobody told of a change: the names are asked for anew where need be, and what differs counts as a notice.</param>
    private void Begin(bool regular)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            if (_looking)
            {
                _again |= !regular;
                _againRegular |= regular;
                return;
            }

            _looking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static one => one.Watch.Run(one.Regular), (Watch: this, Regular: regular), preferLocal: false);
    }

    private void Run(bool regular)
    {
        try
        {
            if (regular)
                LookForChange();
            else
                Look();
        }
        catch (ObjectDisposedException)
        {
            // The context ended under the update, and this with it.
        }
        finally
        {
            bool again, againRegular;
            lock (_lock)
            {
                _looking = false;
                (again, againRegular) = (_again, _againRegular);
                (_again, _againRegular) = (false, false);
            }

            _watched.TrySetResult();
            if (regular)
                Poll();
            if (again)
                Begin(regular: false);
            else if (againRegular)
                Begin(regular: true);
        }
    }

    private void Poll()
    {
        lock (_lock)
        {
            if (!_disposed)
                _poll.Change(_options.PollInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void LookForChange()
    {
        Watch(anew: false);
        var layers = Volatile.Read(ref _layers);
        var key = layers.TryReadKey().Key;
        bool missed;
        lock (_lock)
        {
            if (_disposed || !ReferenceEquals(layers, _layers))
                return;

            // What is looked at already, or about to be, is nothing new.
            missed = key != _settled && key != _bad && _firstNotice is null;
        }

        if (!missed)
            return;

        // Who should have told has not.
        Watch(anew: true);
        Notice();
    }

    private void Look()
    {
        PolicyLayers layers;
        lock (_lock)
        {
            _firstNotice = null;
            layers = _layers;
        }

        Watch(anew: false);
        var reading = layers.TryRead();
        var plan = reading.Documents is { } documents && IsNew(reading.Key) ? _context.Plan(documents) : null;
        var problem = reading.Problem ?? plan?.Refusal;
        TaskCompletionSource applied;
        lock (_lock)
        {
            if (_disposed || !ReferenceEquals(layers, _layers))
                return;
            if (reading.Key == _settled)
            {
                (_bad, _badFirst) = (null, null);
                return;
            }

            if (problem is not null && !IsRipe(reading.Key))
                return;
            (_bad, _badFirst) = (null, null);
            _applying = true;
            _applyingThread = Environment.CurrentManagedThreadId;
            _applied = applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            Settle(reading);
        }
        finally
        {
            lock (_lock)
            {
                _applying = false;
                _applyingThread = 0;
            }

            applied.SetResult();
        }
    }

    private bool IsNew(string key)
    {
        lock (_lock)
            return key != _settled;
    }

    /// <summary>Whether what cannot be used has been so for long enough to be told; if not, it is looked at again.</summary>
    private bool IsRipe(string key)
    {
        var first = _badFirst ??= _time.GetTimestamp();
        if (key != _bad)
            (_bad, _badSince) = (key, _time.GetTimestamp());
        var left = _options.Patience - _time.GetElapsedTime(_badSince);
        var atMost = (_options.Patience * LongestPatience) - _time.GetElapsedTime(first);
        if (left <= TimeSpan.Zero || atMost <= TimeSpan.Zero)
            return true;

        // A notice that came meanwhile has its look before that.
        if (_firstNotice is null)
            Arm(left < atMost ? left : atMost);
        return false;
    }

    private void Settle(PolicyReading reading)
    {
        if (reading.Documents is not { } documents)
        {
            Volatile.Write(ref _problem, reading.Problem);
            Keep(reading.Key);
            PolicyWatchLog.Unreadable(_logger, reading.Problem!, _context.PolicyRevision);
            return;
        }

        if (reading.Key == _ours && _context.BaseDocuments == _oursDocuments)
        {
            Volatile.Write(ref _problem, null);
            Keep(reading.Key);
            _context.ForgetRefusal();
            PolicyWatchLog.Restored(_logger, _context.PolicyRevision);
            return;
        }

        var update = _context.UpdatePolicy(documents);
        Keep(reading.Key);
        if (update.Applied)
            (_ours, _oursDocuments) = (reading.Key, _context.BaseDocuments);
        Volatile.Write(ref _problem, update.Refusal);
        Volatile.Write(ref _lastUpdate, update);
        try
        {
            _options.Updated?.Invoke(update);
        }
        catch (Exception error)
        {
            PolicyWatchLog.CallbackFailed(_logger, update.ToString(), error);
        }
    }

    private void Keep(string key)
    {
        lock (_lock)
            _settled = key;
    }

    private void Watch(bool anew)
    {
        var names = Volatile.Read(ref _layers).Paths.SelectMany(FileChain.Of).ToHashSet();
        lock (_noticesLock)
        {
            if (!_noticesDisposed)
                _notices.Watch(names, anew);
        }
    }

    private void DisposeNotices()
    {
        lock (_noticesLock)
        {
            if (_noticesDisposed)
                return;
            _noticesDisposed = true;
            _notices.Dispose();
        }
    }
}
