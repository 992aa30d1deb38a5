using Polly;
using Polly.Retry;
using SecureStreams.Implementation;

namespace SecureStreams.Core;

/// <summary>
/// One connect cycle, which is one Polly execution: attempts with delays between them until connected, given up, or cancelled. What an attempt does and whether
/// another follows is decided on the stream's mailbox (<see cref="LocalStream"/>); the pipeline waits and repeats.
/// </summary>
internal sealed class ConnectCycle : IDisposable
{
    private static readonly ResiliencePropertyKey<ConnectCycle> Key = new("SecureStreams.ConnectCycle");

    private readonly LocalStream _stream;
    private readonly MailboxEntry _entry;
    private readonly CancellationTokenSource _cancellation = new();
    private TaskCompletionSource<AttemptOutcome>? _attempt;
    private AttemptOutcome? _carried;
    private bool _poll;

    /// <param name="stream">The stream it belongs to.</param>
    /// <param name="mailbox">The stream's mailbox.</param>
    /// <param name="poll">Whether the first attempt is announced by Poll (a transmit request), not by Connecting alone.</param>
    /// <param name="carried">The end of a connection that this cycle mends: it counts as the first outcome, so that the delay comes first.</param>
    public ConnectCycle(LocalStream stream, Mailbox mailbox, bool poll, AttemptOutcome? carried)
    {
        _stream = stream;
        _entry = new MailboxEntry(mailbox);
        _poll = poll;
        _carried = carried;
    }

    /// <summary>Whether the cycle waits for its next attempt.</summary>
    public bool IsWaiting => _attempt is null;

    /// <summary>The pipeline all cycles of a context share.</summary>
    public static ResiliencePipeline<AttemptOutcome> CreatePipeline(TimeProvider time) =>
        new ResiliencePipelineBuilder<AttemptOutcome> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<AttemptOutcome>
            {
                // How many is the policy's business and was decided when the attempt failed.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result.RetryDelay is not null),
                DelayGenerator = static args => ValueTask.FromResult(args.Outcome.Result.RetryDelay),
            })
            .Build();

    /// <summary>Runs the cycle. Called on the mailbox; ends after the cycle's last effect.</summary>
    public async Task RunAsync(ResiliencePipeline<AttemptOutcome> pipeline)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, _cancellation.Token);
        context.Properties.Set(Key, this);
        try
        {
            // A cancelled cycle ends with the cancellation as its outcome; whoever cancelled it has told the application already.
            await pipeline.ExecuteOutcomeAsync(
                static async (context, cycle) => Outcome.FromResult(await cycle.AttemptAsync().ConfigureAwait(false)), context, this).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Ends the attempt under way with <paramref name="outcome"/>; its continuation runs inside this call's mailbox turn.</summary>
    public void EndAttemptOnMailbox(AttemptOutcome outcome)
    {
        var attempt = _attempt;
        _attempt = null;
        attempt?.SetResult(outcome);
    }

    /// <summary>Ends the cycle, whatever it is doing.</summary>
    public void CancelOnMailbox()
    {
        _cancellation.Cancel();
        EndAttemptOnMailbox(default);
    }

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    private async ValueTask<AttemptOutcome> AttemptAsync()
    {
        if (_carried is { } carried)
        {
            _carried = null;
            _poll = true;
            return carried;
        }

        Task<AttemptOutcome> outcome;
        using (await _entry)
        {
            if (_cancellation.IsCancellationRequested)
                return default;

            // Continuations run inline on purpose: they are on the mailbox then, and only decide whether to wait.
            _attempt = new TaskCompletionSource<AttemptOutcome>(TaskCreationOptions.None);
            outcome = _attempt.Task;
            _stream.BeginAttemptOnMailbox(this, _poll);
            _poll = true;
        }

        return await outcome.ConfigureAwait(false);
    }
}
