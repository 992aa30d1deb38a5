using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using SecureStreams.Server.Listening;

namespace SecureStreams.Server.Http;

/// <summary>
/// A connection for the web server of which something has been read already, so that it cannot have the socket itself. It is read ahead as sockets are, within a bound, so that a client that
/// goes is noticed while its request is served.
/// </summary>
internal sealed class StreamConnection : DefaultConnectionContext
{
    private readonly Stream _stream;
    private readonly AcceptedSocket _accepted;
    private readonly Pipe _input;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _reading;

    /// <param name="stream">The bytes.</param>
    /// <param name="accepted">The connection; owned from now on.</param>
    /// <param name="readAheadBytes">How much is read before it is asked for.</param>
    public StreamConnection(Stream stream, AcceptedSocket accepted, int readAheadBytes)
    {
        _stream = stream;
        _accepted = accepted;
        _input = new Pipe(new PipeOptions(pauseWriterThreshold: readAheadBytes, resumeWriterThreshold: readAheadBytes / 2, useSynchronizationContext: false));
        ConnectionId = Guid.NewGuid().ToString("N");
        Transport = new Sides(_input.Reader, PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));
        LocalEndPoint = accepted.ListensOn;
        RemoteEndPoint = accepted.Peer;
        ConnectionClosed = _closed.Token;
        _reading = ReadAsync();
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => _accepted.Wire.Abort();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await Transport.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The client has gone: the last of what it was sent has nobody to go to.
        }

        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _accepted.Dispose();
        await _reading.ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        var feature = Features.Get<HttpConnectionFeature>();
        feature?.Watch?.Dispose();
        feature?.Closed?.Invoke();
    }

    private async Task ReadAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                // A connection that idles holds no buffer.
                await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                var count = await _stream.ReadAsync(_input.Writer.GetMemory()).ConfigureAwait(false);
                if (count == 0)
                    break;
                _input.Writer.Advance(count);
                if ((await _input.Writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                    break;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            failure = new ConnectionResetException(error.Message, error);
        }

        await _input.Writer.CompleteAsync(failure).ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
    }

    private sealed record Sides(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
