using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.Server.Tests.Http;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Tls;

/// <summary>A certificate that is replaced five times a second while clients come and go: none is dropped, and none sees one that is neither the new nor the last one.</summary>
public sealed class CertificateChurnTests(ITestOutputHelper output)
{
    private const int Live = 50;
    private const int Churning = 4;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private static readonly int Generations = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 50 : 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw")]
    [InlineData("h1")]
    public async Task Nobody_is_dropped_and_each_handshake_sees_the_new_or_the_last_one(string protocol)
    {
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "tls": true, "tls_cert_blob": "identity",
              "metadata": [{ "method": "" }, { "path": "" }, { "query": "" }, { "arg": "" }, { "agent": "" }, { "mime": "content-type:" }] }
            """);
        var certificates = Enumerable.Range(0, Generations + 1).Select(one => bench.Keep(bench.Authority.Issue("localhost", $"generation-{one}.example"))).ToList();
        var stored = 0;
        Store(bench, certificates[0]);
        await using var listener = protocol == "raw" ? bench.Echo() : bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        var live = new List<SslStream>();
        for (var i = 0; i < Live; i++)
            live.Add(await ServerBench.ConnectTlsAsync(listener, bench.Authority));
        using var stop = new CancellationTokenSource();
        var churning = Enumerable.Range(0, Churning).Select(_ => Task.Run(ChurnAsync, Token)).ToList();
        var talking = live.Select(one => Task.Run(() => TalkAsync(one), Token)).ToList();
        using (var timer = new PeriodicTimer(Every, TimeProvider.System))
        {
            for (var generation = 1; generation <= Generations; generation++)
            {
                await timer.WaitForNextTickAsync(Token);
                Store(bench, certificates[generation]);
                Volatile.Write(ref stored, generation);
            }
        }

        await stop.CancelAsync();
        var handshakes = (await Task.WhenAll(churning).OrFail(static () => "Handshakes hang.")).Sum();
        var exchanges = (await Task.WhenAll(talking).OrFail(static () => "A connection that stood hangs.")).Sum();
        Assert.True(handshakes >= Churning && exchanges >= Live);
        output.WriteLine($"{Generations} certificates, {handshakes} handshakes, {exchanges} exchanges on {Live} connections that stood; none was dropped");
        foreach (var one in live)
            await one.DisposeAsync();

        async Task<int> ChurnAsync()
        {
            var count = 0;
            for (; count == 0 || !stop.IsCancellationRequested; count++)
            {
                var before = Volatile.Read(ref stored);
                await using var stream = await ServerBench.ConnectTlsAsync(listener, bench.Authority);
                var after = Volatile.Read(ref stored);
                var names = ((X509Certificate2)stream.RemoteCertificate!).Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames();
                var seen = int.Parse(names.Single(static one => one.StartsWith("generation-", StringComparison.Ordinal))["generation-".Length..^".example".Length], null);

                // One more may be stored, and not yet counted.
                Assert.InRange(seen, before, after + 1);
                await ExchangeAsync(stream);
            }

            return count;
        }

        async Task<int> TalkAsync(SslStream stream)
        {
            var count = 0;
            for (; count == 0 || !stop.IsCancellationRequested; count++)
                await ExchangeAsync(stream);
            return count;
        }

        async Task ExchangeAsync(SslStream stream)
        {
            var text = protocol == "raw" ? "0123456789" : "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Token);
            var buffer = new byte[1024];
            var got = "";
            while (!got.EndsWith(protocol == "raw" ? "9" : "agent=\n", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer, Token).AsTask().OrFail(() => $"No answer: {got}");
                Assert.True(count > 0, "The connection was dropped.");
                got += Encoding.ASCII.GetString(buffer, 0, count);
            }
        }
    }

    /// <summary>Certificate and key in one blob, so that they are replaced in one step.</summary>
    private static void Store(ServerBench bench, TestCertificate certificate) =>
        bench.Blobs.Write("identity", Encoding.ASCII.GetBytes(certificate.ChainPem + "\n" + certificate.KeyPem));
}
