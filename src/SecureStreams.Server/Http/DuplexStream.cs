using System.IO.Pipelines;
using SecureStreams.Network;

namespace SecureStreams.Server.Http;

/// <summary>The two pipes of a connection as one stream, for TLS to lie on.</summary>
internal sealed class DuplexStream(IDuplexPipe pipe) : AsyncDuplexStream
{
    private readonly Stream _input = pipe.Input.AsStream(leaveOpen: true);
    private readonly Stream _output = pipe.Output.AsStream(leaveOpen: true);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

    public override void Flush()
    {
        // Each write is handed over.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
