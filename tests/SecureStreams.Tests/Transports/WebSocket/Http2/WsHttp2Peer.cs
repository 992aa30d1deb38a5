using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Tests.Transports.WebSocket.Http2;

/// <summary>One extended CONNECT at the server, in the hands of a test.</summary>
internal sealed class WsHttp2Peer : IContractPeer
{
    private readonly TaskCompletionSource _played = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WsPeer? _peer;

    public WsHttp2Peer(HttpContext http)
    {
        Http = http;
        http.RequestAborted.Register(() =>
        {
            _gone.TrySetResult();
            _played.TrySetResult();
        });
    }

    public HttpContext Http { get; }

    /// <summary>The frames.</summary>
    public WsPeer Frames => _peer!;

    public Task Gone => _peer is null ? _gone.Task : Task.WhenAny(_gone.Task, NoticeAsync());

    /// <summary>Completes when the stream is to end.</summary>
    public Task PlayedAsync() => _played.Task;

    public Task AcceptAsync() => AcceptAsync([]);

    /// <summary>Agrees, with these headers.</summary>
    public async Task AcceptAsync(params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
            Http.Response.Headers[name] = value;
        _peer = new WsPeer(null, await Http.Features.Get<IHttpExtendedConnectFeature>()!.AcceptAsync());
    }

    /// <summary>Answers with a page instead.</summary>
    public async Task RefuseAsync(int status, string body, params (string Name, string Value)[] headers)
    {
        Http.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            Http.Response.Headers[name] = value;
        if (body.Length > 0)
            await Http.Response.WriteAsync(body);
        _played.TrySetResult();
    }

    public Task SendAsync(byte[] payload) => Frames.SendAsync(payload);

    public async Task FinishAsync()
    {
        // The answer to the close frame comes before anything is ended.
        await Frames.FinishAsync();
        while (await Frames.ReadFrameAsync() is { Opcode: not WebSocketOpcode.Close })
            continue;
        _played.TrySetResult();
    }

    public Task BreakAsync()
    {
        Http.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Answers the close frame that comes, and ends its side.</summary>
    public async Task<string> CloseAsync()
    {
        var said = await Frames.ReadCloseAsync();
        await Frames.SendRawAsync(WsPeer.CloseFrame(WebSocketCloseCodes.Normal));
        _played.TrySetResult();
        return said;
    }

    public Task<byte[]> ReceivedAsync(int count) => Frames.ReceivedAsync(count);

    private async Task NoticeAsync()
    {
        await Frames.Gone;
        _played.TrySetResult();
    }
}
