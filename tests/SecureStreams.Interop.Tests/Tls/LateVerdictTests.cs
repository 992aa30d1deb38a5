using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>When an end without a word is taken for the server's verdict on this side's certificate, on a connection that lasts.</summary>
public class LateVerdictTests
{
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task It_is_one_only_soon_after_the_handshake_and_before_the_first_word(bool stands, bool speaks, bool isVerdict)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var letGo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var serving = ServeAsync(listener, speaks, letGo.Task);
        using var log = new TestLog();
        using var blobs = new SsMemoryBlobStore();
        var client = MatrixPki.Make(MatrixPki.Root, new() { Subject = "CN=client", Dns = [], Purposes = [MatrixPki.ForClients] });
        blobs.Write("own", Encoding.UTF8.GetBytes(client.ExportCertificatePem() + "\n" + client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var context = SsContext.FromJson(
            $$"""
            {
              "certs": [{ "root": "{{Convert.ToBase64String(MatrixPki.Root.RawData)}}" }], "trust_stores": [{ "name": "store", "stack": ["root"] }],
              "s": [{ "x": { "endpoint": "localhost", "port": {{((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "raw", "tls": true,
                "tls_trust_store": "store", "tls_cert_blob": "own" } }]
            }
            """, new() { LoggerFactory = log, Blobs = blobs, Platform = new() { Time = time, Names = new LoopbackNames() } });
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        if (speaks)
            await handler.WaitForAsync(static one => one.ReceivedLength > 0);
        if (stands)
            time.Advance(TimeSpan.FromSeconds(11));
        letGo.SetResult();
        await serving;
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);

        var detail = context.Diagnostics.Find(handler.CauseOf(SsState.Disconnected).DetailId)!;
        Assert.Equal((isVerdict ? SsPhase.Tls : SsPhase.Peer, SsCauseCode.PeerClosed), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Equal(isVerdict ? "x.tls_cert_blob" : null, detail.Policy?.Attribute);
        handler.AssertClean();
        log.AssertClean();
    }

    /// <summary>Takes the certificate, and ends the connection below TLS.</summary>
    private static async Task ServeAsync(Socket listener, bool speaks, Task letGo)
    {
        using var socket = await listener.AcceptAsync();
        using var tls = new SslStream(new NetworkStream(socket));
        var options = SslWitness.Options(MatrixPki.Good);
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null;
        await tls.AuthenticateAsServerAsync(options);
        if (speaks)
            await tls.WriteAsync("word"u8.ToArray());
        await letGo;
        socket.Shutdown(SocketShutdown.Send);
    }
}
