using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Server.Tests.Http.Contract;

/// <summary>A request over HTTP/2, whose answer the platform's client gives while the body still goes.</summary>
internal sealed class Http2ContractClient : HttpContractClient
{
    private readonly PushedContent _content = new();
    private readonly HttpMessageInvoker _client;
    private readonly Task<HttpResponseMessage> _answer;
    private Stream? _body;

    public Http2ContractClient(Socket socket)
        : base(socket)
    {
        _client = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true)) });
        var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = _content };
        _answer = _client.SendAsync(request, CancellationToken.None);
    }

    public override async Task AskAsync() => await _content.Stream;

    public override async Task SendAsync(byte[] payload)
    {
        var stream = await _content.Stream;
        await stream.WriteAsync(payload);
        await stream.FlushAsync();
    }

    public override Task FinishAsync()
    {
        _content.End();
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        _content.End();
        try
        {
            (await _answer).Dispose();
        }
        catch (HttpRequestException)
        {
            // Of a test that broke it.
        }

        _client.Dispose();
        await base.DisposeAsync();
    }

    protected override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        _body ??= await (await _answer).Content.ReadAsStreamAsync();
        return await _body.ReadAsync(buffer);
    }

    /// <summary>A body that goes piece by piece, until it is ended.</summary>
    private sealed class PushedContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Where the pieces go, once the head is on its way.</summary>
        public Task<Stream> Stream => _stream.Task;

        public void End() => _ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _stream.TrySetResult(stream);
            await _ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
