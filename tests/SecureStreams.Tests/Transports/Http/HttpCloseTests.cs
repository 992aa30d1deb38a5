using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpCloseTests
{
    public static TheoryData<string, string> Stages
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in new[] { "h1", "h1s", "h2", "h2c" })
            {
                foreach (var stage in new[] { "at-once", "head", "connected", "rx-som", "rx", "rx-eom", "ack-200", "closed", "due", "waiting", "paused", "restarted" })
                    data.Add(kind, stage);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Closed_follows_whenever_the_stream_lets_go(string kind, string stage)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using (var bench = new HttpBench())
        {
            var (url, method) = stage switch
            {
                "head" => ("/hang", "GET"),
                "due" or "waiting" => ("/echo", "POST"),
                "restarted" => ("/redirect/1?code=307&to=/hash", "POST"),
                _ => ("/bytes/1000000", "GET"),
            };
            var run = bench.Start(
                HttpBench.Policy(host, kind, url, method, "\"allow_redirects\": true"),
                run =>
                {
                    if (stage is "restarted")
                        run.OnTransmit = Supply.Bytes(1000);
                    run.OnEvent = what =>
                    {
                        if (what != stage)
                            return;
                        var before = run.Events.Count;
                        run.Transport.CloseOnMailbox();
                        run.Transport.CloseOnMailbox();
                        Assert.Equal(before, run.Events.Count);
                    };
                },
                paused: stage == "paused");
            switch (stage)
            {
                case "at-once":
                    run.Close();
                    break;
                case "head":
                    await host.WaitForRequestAsync("/hang");
                    run.Close();
                    break;
                case "waiting":
                    await host.WaitForRequestAsync("/echo");
                    run.Close();
                    break;
                case "paused":
                    await run.WaitForAsync("connected");
                    run.Close();
                    break;
            }

            var failure = await run.EndAsync();
            if (stage is "ack-200" or "closed")
                Assert.True(failure is null or { Code: SsCauseCode.LocalDisconnect });
            else
                Assert.Equal((SsPhase.Local, SsCauseCode.LocalDisconnect), (failure!.Phase, failure.Code));

            // The pool is as good as before.
            var (next, none) = await bench.RunAsync(HttpBench.Policy(host, kind, "/bytes/10"));
            Assert.Null(none);
            Assert.Equal("connected rx-som rx-eom ack-200 closed", next.Story);

            // h1 gives up the connection of an exchange that was cut short, h2 the stream only.
            if (kind.StartsWith("h2", StringComparison.Ordinal) && stage is not "at-once")
                Assert.Equal(1, (kind == "h2" ? host.H2 : host.H2c).Accepted);
        }
    }

    [Fact]
    public async Task Nothing_stays_open_when_the_factory_goes()
    {
        var check = new LeakCheck();
        int[] ports;
        await using (var host = await KestrelTestHost.StartAsync())
        await using (var bench = new HttpBench())
        {
            ports = [host.HttpPort, host.HttpsPort, host.H2Port, host.H2cPort];
            foreach (var kind in new[] { "h1", "h1s", "h2", "h2c" })
                await bench.RunAsync(HttpBench.Policy(host, kind, "/bytes/10"));
            var run = bench.Start(HttpBench.Policy(host, "h1", "/hang"));
            await host.WaitForRequestAsync("/hang");
            run.Close();
            await run.EndAsync();
        }

        await check.AssertNoNewSocketsAsync(ports);
    }
}
