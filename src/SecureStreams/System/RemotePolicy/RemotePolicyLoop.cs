using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams.Remote;

/// <summary>Fetches, judges, applies, keeps and reports, one fetch at a time, again and again until the context ends. Safe from any thread.</summary>
internal sealed partial class RemotePolicyLoop : IAsyncDisposable
{
    /// <summary>What diagnostics call the documents.</summary>
    public const string DocumentName = "fetched policy";

    /// <summary>The delay after the first fetch that failed; it doubles with each further one.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);

    private const double Jitter = 0.1;

    private readonly Lock _lock = new();
    private readonly RemotePolicyHost _host;
    private readonly SsRemotePolicyOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PolicyFetcher _fetcher;
    private readonly PolicyJudge _judge;
    private readonly PolicyReporter _reporter;
    private readonly SlotStore? _store;
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<SsRemotePolicyResult>? _fetching;
    private Task _loop = Task.CompletedTask;
    private Task _reports = Task.CompletedTask;
    private SsRemotePolicyStatus _status = new();
    private DateTimeOffset? _warnedOf;
    private (long Since, TimeSpan Delay)? _next;

    // Of the fetch under way, one at a time.
    private long? _highest;
    private string _hash = "";
    private string _revisionHash = ""; // The content that has the revision accepted last: not all of what runs, where files lie over it.
    private string _etag = "";
    private (string Hash, string ETag) _rejected = ("", "");
    private string _served = ""; // What the server called the last document that it sent.
    private PolicySlot? _unstored;

    public RemotePolicyLoop(RemotePolicyHost host)
    {
        var options = host.Options;
        _host = host;
        _options = options.RemotePolicy!;
        _time = options.Platform.Time;
        _logger = new GuardedLogger(options.LoggerFactory.CreateLogger("SecureStreams.RemotePolicy"));
        _fetcher = new PolicyFetcher(host.Clients, _options, _time);
        _judge = new PolicyJudge(PolicyKeys.Of(host.BuiltIn.Document), options);
        _reporter = new PolicyReporter(host.Clients, _options.Timeout, _time, _logger);
        var folder = _options.Folder ?? (options.StateFolder is { } state ? Path.Combine(state, "policy") : null);
        _store = _options.Files is { } files ? new SlotStore(files) : folder is null ? null : new SlotStore(new DiskSlotFiles(folder));
        var terms = PolicyTerms.Of(host.BuiltIn.Document);
        _highest = terms.Revision;
        if (!host.BuiltInText.IsEmpty)
            _hash = FetchedPolicy.HashOf(host.BuiltInText.Span);
        if (!host.BuiltInBase.IsEmpty)
            _revisionHash = FetchedPolicy.HashOf(host.BuiltInBase.Span);
        _status = new SsRemotePolicyStatus { Revision = terms.Revision, Expires = terms.Expires };
    }

    public SsRemotePolicyStatus Status
    {
        get
        {
            SsRemotePolicyStatus status;
            (long Since, TimeSpan Delay)? next;

            // One that was asked for between does not put off the next one of the loop, and the end of the context puts off all.
            lock (_lock)
                (status, next) = (_status, _fetching is null && !_ending.IsCancellationRequested ? _next : null);

            // Of the clock as it is now: it may have been set since, and what is waited for goes by elapsed time.
            var now = _time.GetUtcNow();
            return status with { IsExpired = status.Expires <= now, Next = next is var (since, delay) ? now + Left(since, delay) : null };
        }
    }

    /// <summary>Completes, never faulted, when the first fetch has put a policy in force, if only on trial, or has come to nothing.</summary>
    public Task FirstAnswer => _firstAnswer.Task;

    /// <summary>Puts what is kept on disk in force; nothing is dialed. Before there are streams.</summary>
    public void TakeKept()
    {
        if (_store is null)
            return;
        var problems = new List<string>();
        var builtIn = _highest;
        var taken = false;
        foreach (var slot in _store.Load(problems))
        {
            var verdict = _judge.Judge(new PolicyDocument(slot.Policy, DocumentName), slot.Signatures);
            if (verdict.Good && taken)
                continue;
            if (!verdict.Good)
            {
                problems.Add($"The kept policy of revision {slot.Revision?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} is left out: {verdict.Message}{string.Concat(verdict.Lines.Take(5).Select(static line => Environment.NewLine + line))}");
                _store.Discard(slot);
            }
            else if (builtIn is { } own && (verdict.Terms.Revision ?? -1) < own)
            {
                problems.Add($"The kept policy of revision {verdict.Terms.Revision?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} is left out: the program brings revision {own}.");
            }
            else if (_host.ApplyKept(new PolicyDocument(slot.Policy, DocumentName)) is { Refusal: { } refusal })
            {
                problems.Add($"The kept policy is left out: {refusal}");
                _store.Discard(slot);
            }
            else
            {
                taken = true;
                Accept(verdict.Terms, FetchedPolicy.HashOf(slot.Policy.Span), slot.ETag);
                _status = _status with { Source = SsRemotePolicySource.Disk, Revision = verdict.Terms.Revision, Expires = verdict.Terms.Expires, Stored = true };
                RemotePolicyLog.FromDisk(_logger, verdict.Terms.Revision, slot.StoredAt);
            }
        }

        foreach (var problem in problems)
            RemotePolicyLog.SlotSkipped(_logger, problem);
        WarnOfExpiry();
    }

    /// <summary>Begins to fetch, in the background.</summary>
    public void Start()
    {
        // Whatever the creator of the context has in its flow of execution is not what all fetches run in.
        using (ExecutionContext.SuppressFlow())
        {
            // Begun before the context can be asked: whoever asks then joins it, or comes after it.
            var first = FetchAsync(CancellationToken.None);
            _loop = Task.Run(() => RunAsync(first));
            _reports = Task.Run(() => _reporter.RunAsync(_ending.Token));
        }
    }

    /// <summary>Fetches now, or joins the fetch under way.</summary>
    public Task<SsRemotePolicyResult> FetchAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_ending.IsCancellationRequested, typeof(LocalContext));
            if (_fetching is null)
            {
                var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
                _fetching = Task.Run(FetchOnceAsync);
                if (flow != default)
                    flow.Undo();
            }

            return _fetching.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends it; a fetch under way changes nothing any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? fetching;
        lock (_lock)
            fetching = _fetching;
        await _ending.CancelAsync().ConfigureAwait(false);
        foreach (var task in new[] { _loop, _reports, fetching ?? Task.CompletedTask })
        {
            // What went wrong in them has been told where it did; here they only have to be over.
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(Task<SsRemotePolicyResult> fetch)
    {
        while (true)
        {
            var result = await fetch.ConfigureAwait(false);
            var delay = DelayAfter(result);
            var begun = _time.GetTimestamp();
            lock (_lock)
                _next = (begun, delay);
            while (Left(begun, delay) is { Ticks: > 0 } step)
            {
                // The clock may be set meanwhile, and an expiry goes by the clock.
                if (_status.Expires is { } expires && expires != _warnedOf && expires - _time.GetUtcNow() is var left && left > TimeSpan.Zero && left < step)
                    step = left;
                await Task.Delay(step, _time, _ending.Token).ConfigureAwait(false);
                WarnOfExpiry();
            }

            lock (_lock)
                _next = null;
            fetch = FetchAsync(_ending.Token);
        }
    }

    private TimeSpan DelayAfter(SsRemotePolicyResult result)
    {
        var interval = PolicyTerms.Of(_host.InForce().Document).Refresh ?? _options.Interval;
        if (result.Outcome == SsRemotePolicyOutcome.Failed)
        {
            var sooner = FirstDelay * Math.Pow(2, Math.Min(_status.Failures - 1, 20));
            interval = sooner < interval ? sooner : interval;
        }

        return interval * (1 - Jitter + (2 * Jitter * _host.Options.Platform.Random.NextDouble()));
    }

    private TimeSpan Left(long since, TimeSpan delay) => delay - _time.GetElapsedTime(since) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private void WarnOfExpiry()
    {
        if (_status.Expires is not { } expires || expires > _time.GetUtcNow() || expires == _warnedOf)
            return;
        _warnedOf = expires;
        RemotePolicyLog.Expired(_logger, expires);
    }

    private void Change(Func<SsRemotePolicyStatus, SsRemotePolicyStatus> change)
    {
        lock (_lock)
            Volatile.Write(ref _status, change(_status));
    }

    private void Accept(PolicyTerms terms, string hash, string etag)
    {
        _highest = terms.Revision is { } revision && !(revision <= _highest) ? revision : _highest;
        (_hash, _revisionHash, _etag) = (hash, hash, etag);
    }
}
