using System.Net.Sockets;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Network.Support;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>Which answer of a real server means what, and that no server holds a look up.</summary>
public sealed class CaptivePortalTests
{
    private const string Page = "<html>Welcome to the hotel. Please log in.</html>";

    private static string Title(int status, string fields = "") => $"HTTP/1.1 {status} Scripted\r\n{fields}Connection: close\r\n";

    [Theory]
    [InlineData(204, "", SsInternet.Internet)]
    [InlineData(200, "", SsInternet.CaptivePortal)]
    [InlineData(203, "", SsInternet.CaptivePortal)]
    [InlineData(302, "Location: http://login.hotel.test/portal?session=secret", SsInternet.CaptivePortal)]
    [InlineData(302, "Location: https://login.hotel.test/portal?session=secret", SsInternet.CaptivePortal)]
    [InlineData(307, "Location: /log-in", SsInternet.CaptivePortal)]
    [InlineData(302, "", SsInternet.CaptivePortal)]
    [InlineData(300, "", SsInternet.CaptivePortal)]
    [InlineData(511, "", SsInternet.CaptivePortal)]
    [InlineData(403, "", SsInternet.Unknown)]
    [InlineData(404, "", SsInternet.Unknown)]
    [InlineData(500, "", SsInternet.Unknown)]
    [InlineData(503, "", SsInternet.Unknown)]
    [InlineData(429, "Retry-After: 3600", SsInternet.Unknown)]
    public async Task The_status_says_who_answers(int status, string field, SsInternet expected)
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw(
            Title(status, field.Length == 0 ? "" : field + "\r\n") + (status == 204 ? "\r\n" : $"Content-Length: {Page.Length}\r\n\r\n{Page}")));
        await using var bench = new PortalBench(server.Port);

        var report = await bench.DetectAsync();

        Assert.Equal(expected, report.Internet);
        Assert.Equal((SsInternetTrigger.Call, TimeSpan.Zero), (report.Trigger, report.Took));
        Assert.Equal(report, bench.Context.CaptivePortal.Last);
        Assert.Equal(expected, bench.Context.CaptivePortal.Internet);
        if (status == 204)
        {
            Assert.True(report.Cause.IsNone);
            return;
        }

        Assert.Equal(status, report.Cause.Status);
        var detail = bench.Detail(report);
        Assert.Contains(Page, detail.PeerText, StringComparison.Ordinal);
        Assert.DoesNotContain("hotel", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", detail.ToString(), StringComparison.Ordinal);
        if (field.Contains("login", StringComparison.Ordinal))
            Assert.Contains("://login.hotel.test", detail.PeerText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"allow_redirects\": true,")]
    [InlineData("\"allow_redirects\": true, \"http_method\": \"POST\",")]
    [InlineData("\"http_method\": \"HEAD\",")]
    [InlineData("\"nailed_up\": true,")]
    public async Task No_redirect_is_ever_followed(string more)
    {
        await using var login = ScriptedServer.Start(Scripts.AnswerRaw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw($"{Title(302)}Location: http://127.0.0.1:{login.Port}/\r\nContent-Length: 0\r\n\r\n"));
        await using var bench = new PortalBench(server.Port, more);
        bench.Context.ApplyOverlay("""{ "s": [{ "captive_portal_detect": { "http_fail_redirect": false } }] }""");

        Assert.Equal(SsInternet.CaptivePortal, (await bench.DetectAsync()).Internet);
        Assert.Equal(0, login.Counters.Accepted);
    }

    [Fact]
    public async Task A_peer_that_accepts_and_says_nothing_is_no_internet_after_the_bound()
    {
        await using var server = ScriptedServer.Start(Scripts.Hang);
        await using var bench = new PortalBench(server.Port);

        var report = await bench.DetectOutOfTimeAsync(server.WaitForConnectionsAsync(1));

        Assert.Equal((SsInternet.NoInternet, PortalBench.Bound, SsPhase.Timeout), (report.Internet, report.Took, report.Cause.Phase));
        Assert.Contains("within 3 s", bench.Detail(report).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bound_is_milliseconds_where_that_of_lws_was_off_by_a_thousand()
    {
        // lws gives 3 s in microseconds to a timer of milliseconds, and would still be waiting after 49 minutes.
        await using var server = ScriptedServer.Start(Scripts.Hang);
        await using (var bench = new PortalBench(server.Port, "\"timeout_ms\": 700,"))
            Assert.Equal(TimeSpan.FromMilliseconds(700), (await bench.DetectOutOfTimeAsync(server.WaitForConnectionsAsync(1), TimeSpan.FromMilliseconds(700))).Took);

        await using (var bench = new PortalBench(server.Port, options: new SsCaptivePortalOptions { Timeout = TimeSpan.FromSeconds(5) }))
            Assert.Equal(TimeSpan.FromSeconds(5), (await bench.DetectOutOfTimeAsync(server.WaitForConnectionsAsync(2), TimeSpan.FromSeconds(5))).Took);
    }

    [Theory]
    [InlineData("", SsInternet.NoInternet)]
    [InlineData("HTTP/1.1 20", SsInternet.NoInternet)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Fill: 1\r\n", SsInternet.NoInternet)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nWelco", SsInternet.CaptivePortal)]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 1000000\r\n\r\nWelco", SsInternet.Unknown)]
    public async Task A_peer_that_drips_is_judged_by_what_came_within_the_bound(string said, SsInternet expected)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(Dripping(said, heard));
        await using var bench = new PortalBench(server.Port);
        var look = bench.DetectAsync();
        await bench.Clock.WaitForArmedExactlyAsync(PortalBench.Bound);
        await heard.Task.OrFail(static () => "The peer was not asked.");

        // What was said is on its way through the loopback: a head that is complete is known as soon as it is through.
        if (expected != SsInternet.NoInternet)
            await StatusCameAsync(bench);
        bench.Clock.Advance(PortalBench.Bound);

        var report = await look;
        Assert.Equal((expected, PortalBench.Bound), (report.Internet, report.Took));
        Assert.NotEqual(0, report.Cause.DetailId);
    }

    [Fact]
    public async Task A_redirect_whose_body_drips_is_a_portal_after_the_bound_of_what_nobody_reads()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(Dripping("HTTP/1.1 302 Found\r\nLocation: /log-in\r\nContent-Length: 1000000\r\n\r\nWelco", heard));
        await using var bench = new PortalBench(server.Port);
        var look = bench.DetectAsync();
        await heard.Task.OrFail(static () => "The peer was not asked.");

        // Its body is read past, so that the connection can be used again, and for that there is a bound of its own, which is shorter.
        await bench.Clock.WaitForArmedExactlyAsync(HttpDefaults.DrainTimeout);
        bench.Clock.Advance(HttpDefaults.DrainTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(look.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));

        var report = await look;
        Assert.Equal((SsInternet.CaptivePortal, HttpDefaults.DrainTimeout, 302), (report.Internet, report.Took, report.Cause.Status));
        Assert.NotEqual(0, report.Cause.DetailId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_without_end_costs_a_page(bool chunked)
    {
        const long Gibibyte = 1L << 30;
        long sent = 0;
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync(Title(200) + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {Gibibyte}\r\n\r\n"), stopping);
            var piece = new byte[64 * 1024];
            for (; sent < Gibibyte; sent += piece.Length)
            {
                if (chunked)
                    await connection.WriteAsync("10000\r\n", stopping);
                await connection.WriteAsync(piece, stopping);
                if (chunked)
                    await connection.WriteAsync("\r\n", stopping);
            }
        });
        await using (var bench = new PortalBench(server.Port))
        {
            var report = await bench.DetectAsync();
            Assert.Equal((SsInternet.CaptivePortal, TimeSpan.Zero), (report.Internet, report.Took));
            Assert.Equal(200, report.Cause.Status);
            Assert.NotEqual(0, report.Cause.DetailId);
        }

        // What buffers of the system hold; far from all of it.
        Assert.InRange(Volatile.Read(ref sent), 0, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task The_expected_status_is_enough_whatever_its_body()
    {
        await using var server = ScriptedServer.Start(Scripts.StallMidBody(announced: 1_000_000, sent: 10));
        await using var bench = new PortalBench(server.Port);
        bench.Context.ApplyOverlay("""{ "s": [{ "captive_portal_detect": { "http_expect": 200 } }] }""");

        Assert.Equal((SsInternet.Internet, TimeSpan.Zero), ((await bench.DetectAsync()) is var report ? report.Internet : default, report.Took));
    }

    [Fact]
    public async Task A_head_without_end_and_an_answer_that_is_no_http_say_nothing()
    {
        await using var server = ScriptedServer.Start(Scripts.OversizedHead, Scripts.MalformedStatusLine);
        await using var bench = new PortalBench(server.Port);

        Assert.Equal(SsInternet.Unknown, (await bench.DetectAsync()).Internet);
        Assert.Equal(SsInternet.Unknown, (await bench.DetectAsync()).Internet);
    }

    [Fact]
    public async Task A_port_without_a_server_is_no_internet_at_once()
    {
        using var dead = new DeadPort();
        await using var bench = new PortalBench(dead.Number);

        var report = await bench.DetectAsync();

        Assert.Equal((SsInternet.NoInternet, SsCauseCode.ConnectionRefused, TimeSpan.Zero), (report.Internet, report.Cause.Code, report.Took));
        Assert.Contains($":{dead.Number}", bench.Detail(report).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, SsCauseCode.NameNotFound)]
    [InlineData(SocketError.TryAgain, SsCauseCode.NameResolutionFailed)]
    public async Task A_name_without_address_is_no_internet(SocketError error, SsCauseCode code)
    {
        await using var bench = new PortalBench(80, names: ScriptedNames.Failing(new SocketException((int)error)));

        var report = await bench.DetectAsync();

        Assert.Equal((SsInternet.NoInternet, code), (report.Internet, report.Cause.Code));
    }

    [Fact]
    public async Task A_resolver_that_does_not_answer_is_no_internet_after_the_bound()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = new PortalBench(80, names: new ScriptedNames(async (_, cancel) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            return [];
        }));

        var report = await bench.DetectOutOfTimeAsync(asked.Task);

        Assert.Equal((SsInternet.NoInternet, SsCauseCode.ConnectTimeout, PortalBench.Bound), (report.Internet, report.Cause.Code, report.Took));
    }

    [Theory]
    [InlineData("close")]
    [InlineData("reset")]
    public async Task A_peer_that_hangs_up_is_no_internet(string how)
    {
        await using var server = ScriptedServer.Start(how == "close" ? Scripts.CloseAfterRequest : Scripts.ResetAfterRequest);
        await using var bench = new PortalBench(server.Port);

        Assert.Equal(SsInternet.NoInternet, (await bench.DetectAsync()).Internet);
    }

    [Fact]
    public async Task Over_tls_the_server_itself_is_the_internet()
    {
        await using var server = ScriptedServer.StartTls(TestCertificates.Server, ["http/1.1"], Scripts.AnswerRaw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
        await using var bench = new PortalBench(server.Port, PortalBench.Tls);

        Assert.Equal(SsInternet.Internet, (await bench.DetectAsync()).Internet);
    }

    [Theory]
    [InlineData("untrusted", SsInternet.CaptivePortal, SsCauseCode.CertificateUntrusted)]
    [InlineData("host", SsInternet.CaptivePortal, SsCauseCode.CertificateHostMismatch)]
    [InlineData("expired", SsInternet.Unknown, SsCauseCode.CertificateExpired)]
    public async Task Over_tls_a_certificate_of_somebody_else_is_a_portal(string which, SsInternet expected, SsCauseCode code)
    {
        var shown = which switch { "untrusted" => TestCertificates.OtherServer, "host" => TestCertificates.WrongHost, _ => TestCertificates.Expired };
        await using var server = ScriptedServer.StartTls(shown, ["http/1.1"], Scripts.Answer(Page));
        await using var bench = new PortalBench(server.Port, PortalBench.Tls);

        var report = await bench.DetectAsync();

        Assert.Equal((expected, code), (report.Internet, report.Cause.Code));
    }

    [Fact]
    public async Task Plain_http_on_a_tls_port_is_a_portal_and_an_end_of_tls_is_not()
    {
        await using var server = ScriptedServer.Start(
            async (connection, stopping) =>
            {
                await connection.ReadAsync(1, stopping);
                await connection.WriteAsync($"{Title(302)}Location: http://login.test/\r\nContent-Length: 0\r\n\r\n", stopping);
                await connection.DrainAsync(stopping);
            },
            Scripts.EndAtOnce);
        await using var bench = new PortalBench(server.Port, PortalBench.Tls);

        var report = await bench.DetectAsync();
        Assert.Equal((SsInternet.CaptivePortal, SsCauseCode.TlsHandshakeFailed), (report.Internet, report.Cause.Code));
        Assert.Equal(SsInternet.NoInternet, (await bench.DetectAsync()).Internet);
    }

    [Fact]
    public async Task A_look_that_the_policy_keeps_from_being_made_says_nothing_about_the_network()
    {
        await using var bench = new PortalBench(80);
        bench.Context.ApplyOverlay("""{ "s": [{ "captive_portal_detect": { "endpoint": "${where}.test", "metadata": [{ "where": "" }] } }] }""");

        var report = await bench.DetectAsync();

        Assert.Equal((SsInternet.Unknown, SsPhase.Policy), (report.Internet, report.Cause.Phase));
    }

    [Fact]
    public async Task Retries_of_the_streamtype_go_on_until_the_bound()
    {
        using var dead = new DeadPort();
        await using var bench = new PortalBench(dead.Number, "\"retry\": \"default\",");
        var look = bench.DetectAsync();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(look.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1001));

        var report = await look;
        Assert.Equal((SsInternet.NoInternet, SsCauseCode.ConnectionRefused, PortalBench.Bound), (report.Internet, report.Cause.Code, report.Took));
    }

    [Fact]
    public async Task A_retry_that_is_answered_within_the_bound_counts()
    {
        await using var server = ScriptedServer.Start(Scripts.ResetAfterRequest, Scripts.AnswerRaw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
        await using var bench = new PortalBench(server.Port, "\"retry\": \"default\",");
        var look = bench.DetectAsync();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((SsInternet.Internet, TimeSpan.FromSeconds(1)), ((await look).Internet, (await look).Took));
    }

    /// <summary>Says it byte by byte and nothing more, and holds the connection.</summary>
    private static ConnectionScript Dripping(string said, TaskCompletionSource heard) => async (connection, stopping) =>
    {
        await connection.ReadHeadAsync(stopping);
        foreach (var one in said)
            await connection.WriteAsync([(byte)one], stopping);
        heard.TrySetResult();
        await ScriptedConnection.HoldAsync(stopping);
    };

    private static async Task StatusCameAsync(PortalBench bench)
    {
        // Its arrival through the loopback is told by nothing but the stream itself, so it is polled, within the bound of all tests.
        var stream = bench.Context.Streams.Single();
        using var bound = new CancellationTokenSource(TestTimeouts.Unexpected);
        while (stream.AnswerStatus == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(5), bound.Token);
    }
}
