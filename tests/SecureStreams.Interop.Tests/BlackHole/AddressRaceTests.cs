using System.Globalization;
using System.Net;
using SecureStreams.Network;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>
/// A name with two addresses, of which packets to the first really vanish (RFC 8305 section 5). When the second starts is exact on the virtual clock, elsewhere; here it is
/// printed as it came.
/// </summary>
public class AddressRaceTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_address_that_swallows_packets_is_overtaken_by_the_next()
    {
        await using var place = await NetworkNamespace.CreateAsync();
        await place.SwallowIPv6Async();
        await using var context = Open(place.Host.Ports.Http, IPAddress.Parse(place.Address6), IPAddress.Parse(place.Address));
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Connecting Connected", string.Join(' ', handler.States.Take(3)));
        var connection = Assert.IsType<SsConnection>(stream.Explain().Connection);
        output.WriteLine(connection.ToString());
        Assert.Equal(2, connection.Candidates.Count);
        Assert.Equal(($"[{place.Address6}]:{place.Host.Ports.Http}", "given up, another address connected first"), (connection.Candidates[0].Address, connection.Candidates[0].Outcome));
        Assert.Equal(($"{place.Address}:{place.Host.Ports.Http}", "connected"), (connection.Candidates[1].Address, connection.Candidates[1].Outcome));
        Assert.True(await place.SwallowedAsync() > 0);
    }

    [Fact]
    public async Task With_no_address_that_answers_the_cause_tells_of_each()
    {
        await using var place = await NetworkNamespace.CreateAsync();
        await place.SwallowIPv6Async();

        // Nobody listens on port 1 of the second.
        await using var context = Open(1, IPAddress.Parse(place.Address6), IPAddress.Parse(place.Address));
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);

        var detail = Assert.Single(context.Diagnostics.Recent());
        output.WriteLine(detail.ToString());
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Equal([$"[{place.Address6}]:1", $"{place.Address}:1"], detail.Candidates.Select(static one => one.Address));
        Assert.Contains("no answer", detail.Candidates[0].Outcome, StringComparison.Ordinal);
        Assert.Contains("refused", detail.Candidates[1].Outcome, StringComparison.OrdinalIgnoreCase);
    }

    private static LocalContext Open(int port, params IPAddress[] addresses)
    {
        var policy = string.Create(CultureInfo.InvariantCulture, $$"""
            { "s": [{ "x": { "endpoint": "two-addresses.test", "port": {{port}}, "http_url": "/", "connect_timeout_ms": 2000 } }] }
            """);
        return SsContext.FromJson(policy, new() { Platform = SsPlatform.System with { Names = new Names(addresses) } });
    }

    private sealed class Names(IPAddress[] addresses) : SsNameResolver
    {
        public override ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => new(addresses);
    }
}
