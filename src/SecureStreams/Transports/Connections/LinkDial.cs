using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace SecureStreams.Transports.Connections;

/// <summary>
/// A dial under way, and the wait for it, which ends with it or as soon as it is given up: not all of a dial can be cancelled, the question whether a certificate was revoked for
/// instance, and the end of the attempt is not told any later for that. One use.
/// </summary>
internal sealed class LinkDial : IValueTaskSource, IDisposable
{
    private const int UnderWay = 0;
    private const int Over = 1;
    private const int GivenUp = 2;

    private readonly CancellationTokenSource _cancel = new();
    private ManualResetValueTaskSourceCore<bool> _wait;
    private ConfiguredValueTaskAwaitable<LinkCarrier>.ConfiguredValueTaskAwaiter _dial;
    private TaskCompletionSource? _late;
    private int _stage;

    /// <summary>Cancelled when it is given up.</summary>
    public CancellationToken Token => _cancel.Token;

    /// <summary>Waits until <paramref name="dial"/>, whose result is <see cref="Take"/>'s from here on, is over or given up. Goes on where the dial ended. Once.</summary>
    public ValueTask WaitAsync(ValueTask<LinkCarrier> dial)
    {
        _dial = dial.ConfigureAwait(false).GetAwaiter();
        if (_dial.IsCompleted)
            Ended();
        else
            _dial.UnsafeOnCompleted(Ended);
        return new ValueTask(this, _wait.Version);
    }

    /// <summary>What came of a dial that was not given up before its end. Once, after the wait, unless <see cref="TakeLateAsync"/> is called.</summary>
    public LinkCarrier Take() => _dial.GetResult();

    /// <summary>What comes of a dial that nobody wants any more. Once, after the wait.</summary>
    public async Task<LinkCarrier> TakeLateAsync()
    {
        if (Volatile.Read(ref _stage) == GivenUp)
            await _late!.Task.ConfigureAwait(false);
        return _dial.GetResult();
    }

    /// <summary>Cancels it, and ends the wait whether it heeds that or not. Whoever waits goes on elsewhere, never inside this call. Once.</summary>
    public void GiveUp()
    {
        _late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cancel.Cancel();
        if (Interlocked.CompareExchange(ref _stage, GivenUp, UnderWay) != UnderWay)
            return;
        _wait.RunContinuationsAsynchronously = true;
        _wait.SetResult(true);
    }

    /// <summary>After its end.</summary>
    public void Dispose() => _cancel.Dispose();

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private void Ended()
    {
        if (Interlocked.CompareExchange(ref _stage, Over, UnderWay) == UnderWay)
            _wait.SetResult(true);
        else
            _late!.SetResult();
    }
}
