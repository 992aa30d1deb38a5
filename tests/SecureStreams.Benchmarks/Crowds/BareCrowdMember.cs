using System.Net.WebSockets;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>One <see cref="ClientWebSocket"/>: a loop that sends by a <see cref="PeriodicTimer"/>, and one that receives.</summary>
internal sealed class BareCrowdMember(Workload workload, EchoTally tally) : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _message = new byte[workload.Bytes];
    private readonly byte[] _received = new byte[workload.Bytes];
    private PeriodicTimer? _timer;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private long _sent;

    public async Task OpenAsync(Uri address, HttpMessageInvoker invoker)
    {
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await _socket.ConnectAsync(address, invoker, CancellationToken.None);
        _receiving = ReceiveAsync();
    }

    public void Begin(TimeSpan offset)
    {
        // A timer has to have some time to go.
        _timer = new PeriodicTimer(offset + TimeSpan.FromMilliseconds(1));
        _sending = SendAsync(_timer);
    }

    public void Stop() => _timer?.Dispose();

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _sending;
        if (_socket.State == WebSocketState.Open)
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await _receiving;
        _socket.Dispose();
    }

    private async Task SendAsync(PeriodicTimer timer)
    {
        try
        {
            while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
            {
                if (timer.Period != CrowdDefaults.Interval)
                    timer.Period = CrowdDefaults.Interval;
                CrowdMessage.Write(_message, _sent++);
                tally.NoteSent();
                await _socket.SendAsync(_message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            tally.Fail(error);
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            var length = 0;
            for (long echo = 0; ;)
            {
                var received = await _socket.ReceiveAsync(_received.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                    return;
                length += received.Count;
                if (!received.EndOfMessage)
                    continue;
                tally.NoteEcho(_received.AsSpan(0, length), echo++);
                length = 0;
            }
        }
        catch (Exception error)
        {
            tally.Fail(error);
        }
    }
}
