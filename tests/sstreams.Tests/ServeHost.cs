using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams serve</c> at work, on ports of its own choice.</summary>
internal sealed class ServeHost : IAsyncDisposable
{
    private readonly TestDirectory _directory;
    private readonly Dictionary<string, IPEndPoint> _endPoints = [];

    private ServeHost(TestDirectory directory, Tool tool) => (_directory, Tool) = (directory, tool);

    /// <summary>The program.</summary>
    public Tool Tool { get; }

    /// <summary>The line that it began with.</summary>
    public string Line { get; private set; } = "";

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="directory">Where it runs, which gets the policy; the caller's.</param>
    /// <param name="streamTypes">The members of "s", all of which are served: <c>"name": { ... }</c> each.</param>
    /// <param name="arguments">What follows.</param>
    public static async Task<ServeHost> StartAsync(TestDirectory directory, string[] streamTypes, params string[] arguments)
    {
        directory.Add("policy.json", Policy(streamTypes));
        var names = streamTypes.Select(static one => one[1..one.IndexOf('"', 1)]);
        var host = new ServeHost(directory, Tool.Start(directory.Path, readOutput: false, ["serve", .. names, "--policy", "policy.json", "--json", .. arguments]));
        try
        {
            await host.ReadAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>A policy of these streamtypes, with a certificate <c>own</c> that tests trust.</summary>
    public static string Policy(params string[] streamTypes) => $$"""
        {
          "schema-version": 1,
          "certs": [{ "own": "{{TestCertificates.Server.Base64Der}}" }, { "ownkey": "{{Convert.ToBase64String(TestCertificates.Server.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKey())}}" }],
          "s": [
            {{string.Join(",\n    ", streamTypes.Select(static one => $"{{ {one} }}"))}}
          ]
        }
        """;

    /// <summary>A server streamtype on a free port of loopback.</summary>
    public static string Server(string name, string protocol, string more = "") =>
        $"\"{name}\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", \"port\": 0{(more.Length == 0 ? "" : ", " + more)} }}";

    /// <summary>The address of a streamtype's URLs.</summary>
    public Uri Url(string streamType, string path, string scheme = "http") => new($"{scheme}://{_endPoints[streamType]}{path}");

    /// <summary>Where a streamtype listens.</summary>
    public IPEndPoint EndPoint(string streamType) => _endPoints[streamType];

    /// <summary>A connection to it.</summary>
    public async Task<Socket> ConnectAsync(string streamType)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_endPoints[streamType], TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>Sends, ends this side, and reads to the other's end.</summary>
    public async Task<string> ConverseAsync(string streamType, string said)
    {
        using var socket = await ConnectAsync(streamType);
        await socket.SendAsync(Encoding.Latin1.GetBytes(said), TestContext.Current.CancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        return await ReadToEndAsync(socket);
    }

    /// <summary>Sends and reads to the other's end, with this side left open: to Kestrel one that ends has given its requests up.</summary>
    public async Task<string> AskAsync(string streamType, string said)
    {
        using var socket = await ConnectAsync(streamType);
        await socket.SendAsync(Encoding.Latin1.GetBytes(said), TestContext.Current.CancellationToken);
        return await ReadToEndAsync(socket);
    }

    /// <summary>Reads to the peer's end, in order or not.</summary>
    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        var all = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask().OrFail(() => $"The connection does not end; so far: {all}")) > 0)
                all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Cut off, which is an end too.
        }

        return all.ToString();
    }

    /// <summary>Has it end in order.</summary>
    public async Task<ToolResult> StopAsync()
    {
        await Signals.SendAsync(Tool, "TERM");
        return await Tool.WaitAsync();
    }

    public ValueTask DisposeAsync() => Tool.DisposeAsync();

    private async Task ReadAsync()
    {
        using var reader = new StreamReader(Tool.Output, leaveOpen: true);
        Line = await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().OrFail(() => $"It does not listen: {Tool.Errors}")
            ?? throw new InvalidOperationException($"It does not listen in {_directory.Path}: {Tool.Errors}");
        using var json = JsonDocument.Parse(Line);
        foreach (var one in json.RootElement.GetProperty("listeners").EnumerateArray())
        {
            var at = one.GetProperty("end_points")[0];
            if (at.TryGetProperty("port", out var port))
                _endPoints.Add(one.GetProperty("streamtype").GetString()!, new IPEndPoint(IPAddress.Parse(at.GetProperty("address").GetString()!), port.GetInt32()));
        }
    }
}
