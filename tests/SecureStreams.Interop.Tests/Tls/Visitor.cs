using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A stream that visits a <see cref="TlsHost"/> again and again, each time at the path that it is told.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly RecordingHandler _handler = new();
    private readonly SecureStream _stream;
    private int _visits;

    /// <summary>Makes one.</summary>
    /// <param name="context">Where the streamtype is.</param>
    /// <param name="streamtype">Its URL has <c>${path}</c>.</param>
    /// <param name="protocol">As in <see cref="Visit.Arm"/>.</param>
    /// <param name="rawPath">What raw asks for, whatever it is told.</param>
    public Visitor(LocalContext context, string streamtype, string protocol, string rawPath)
    {
        Visit.Arm(_handler, protocol, rawPath);
        _stream = context.Create(streamtype, _handler);
    }

    /// <summary>Goes there, and is back when the host has written it down.</summary>
    public async Task GoAsync(string path)
    {
        _stream.SetMetadata("path", path);
        _stream.Connect();
        await _handler.WaitForStateAsync(SsState.Disconnected, times: ++_visits);
    }

    /// <summary>Ends, and fails where a callback came as it must not.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _handler.AssertClean();
    }
}
