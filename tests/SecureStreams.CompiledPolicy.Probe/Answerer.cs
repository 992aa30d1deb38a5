using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecureStreams.CompiledPolicy.Probe;

/// <summary>Answers one HTTP/1.1 request on loopback.</summary>
internal sealed class Answerer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public Answerer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async Task AnswerAsync(string payload)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            // The head of the request ends with an empty line; a GET has no body.
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\ncontent-length: {payload.Length}\r\nconnection: close\r\n\r\n{payload}"));
    }

    public void Dispose() => _listener.Dispose();
}
