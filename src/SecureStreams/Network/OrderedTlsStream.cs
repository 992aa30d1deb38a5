using System.Net.Security;
using System.Runtime.CompilerServices;

namespace SecureStreams.Network;

/// <summary>TLS on a connection of which one side may end while the other is still read: the two take turns (<see cref="TlsTurn"/>).</summary>
internal class OrderedTlsStream(CountingStream wire) : SslStream(wire, leaveInnerStreamOpen: false)
{
    private readonly CountingStream _wire = wire;
    private TlsTurn? _turn;
    private Task? _end;

    /// <summary>The handshake is over; from now on reading and ending may meet. Before the first read.</summary>
    public void BeginTurns() => _wire.Turn = _turn = new TlsTurn();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_turn is not { } turn)
            return base.ReadAsync(buffer, cancellationToken);
        turn.EnterReading();
        ValueTask<int> read;
        try
        {
            read = base.ReadAsync(buffer, cancellationToken);
        }
        catch
        {
            turn.LeaveReading();
            throw;
        }

        if (!read.IsCompleted)
            return ReadAsync(read, turn);
        turn.LeaveReading();
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task ShutdownAsync()
    {
        if (_turn is not { } turn)
            return base.ShutdownAsync();
        if (_end is not null)
            throw new InvalidOperationException("This side has ended already.");
        var said = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        _end = said.Task.Unwrap();
        turn.End(() => said.SetResult(SayEnd()));
        return _end;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> ReadAsync(ValueTask<int> read, TlsTurn turn)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        finally
        {
            turn.LeaveReading();
        }
    }

    private Task SayEnd()
    {
        try
        {
            return base.ShutdownAsync();
        }
        catch (Exception error)
        {
            return Task.FromException(error);
        }
    }
}
