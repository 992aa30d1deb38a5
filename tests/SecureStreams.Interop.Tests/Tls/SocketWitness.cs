using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A listener that plays a script with its one connection; the script returns the payload that it has seen.</summary>
internal abstract class SocketWitness : IWitness
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _served;

    protected SocketWitness()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _served = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public Task Greeted => _greeted.Task;

    public Task<string> PayloadAsync() => _served;

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Plays.</summary>
    protected abstract Task<string> PlayAsync(Socket socket);

    /// <summary>Tells that the client has begun.</summary>
    protected void Greet() => _greeted.TrySetResult();

    private async Task<string> ServeAsync()
    {
        await Task.Yield(); // The constructor of the derived class runs first.
        using var socket = await _listener.AcceptAsync();
        return await PlayAsync(socket);
    }
}
