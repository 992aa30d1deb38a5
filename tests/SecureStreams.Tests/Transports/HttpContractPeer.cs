using Microsoft.AspNetCore.Http;

namespace SecureStreams.Tests.Transports;

/// <summary>One request at the server, answered as the suite says.</summary>
internal sealed class HttpContractPeer : IContractPeer
{
    private readonly HttpContext _http;
    private readonly TaskCompletionSource _played = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HttpContractPeer(HttpContext http)
    {
        _http = http;
        http.RequestAborted.Register(() =>
        {
            _gone.TrySetResult();
            _played.TrySetResult();
        });
    }

    public Task Gone => _gone.Task;

    /// <summary>Completes when the request is answered.</summary>
    public Task PlayedAsync() => _played.Task;

    public async Task AcceptAsync()
    {
        await _http.Response.StartAsync();
        await _http.Response.Body.FlushAsync();
    }

    public async Task SendAsync(byte[] payload)
    {
        await _http.Response.Body.WriteAsync(payload);
        await _http.Response.Body.FlushAsync();
    }

    public Task FinishAsync()
    {
        _played.TrySetResult();
        return Task.CompletedTask;
    }

    public Task BreakAsync()
    {
        _http.Abort();
        return Task.CompletedTask;
    }

    public async Task<byte[]> ReceivedAsync(int count)
    {
        var bytes = new byte[count];
        await _http.Request.Body.ReadExactlyAsync(bytes);
        return bytes;
    }
}
