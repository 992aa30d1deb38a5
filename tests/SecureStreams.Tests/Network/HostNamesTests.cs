using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

public class HostNamesTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:80")]
    [InlineData("2001:db8::1", "[2001:db8::1]:80")]
    [InlineData("[2001:db8::1]", "[2001:db8::1]:80")]
    public async Task Literals_do_not_ask_the_resolver(string host, string expected)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var sockets = new ScriptedSockets(clock);
        var names = ScriptedNames.Answering("203.0.113.1");
        using var dialer = new Dialer(new SsPlatform { Time = clock, Sockets = sockets, Names = names });
        var dial = dialer.DialAsync(Dialing.Plain(host, 80), TestContext.Current.CancellationToken).AsTask();
        (await sockets.StartedAsync(0)).End.SetResult(new MemoryStream());

        var connection = await dial;
        Assert.Equal(expected, connection.RemoteAddress);
        Assert.Equal(TimeSpan.Zero, connection.Timings.Names);
        Assert.Empty(names.Asked);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.1")]
    [InlineData("010.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("host.test")]
    public void Everything_else_is_a_name(string host) => Assert.Null(HostNames.Literal(host));

    [Fact]
    public async Task Localhost_is_asked_for_like_any_name()
    {
        var names = ScriptedNames.Failing(new SocketException((int)SocketError.HostNotFound));
        var failure = await Dialing.FailAsync(new SsPlatform { Names = names }, Dialing.Plain("localhost", 80));
        Assert.Equal(["localhost"], names.Asked);
        Assert.Equal(SsCauseCode.NameNotFound, failure.Code);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, SsCauseCode.NameNotFound)]
    [InlineData(SocketError.NoData, SsCauseCode.NameNotFound)]
    [InlineData(SocketError.TryAgain, SsCauseCode.NameResolutionFailed)]
    [InlineData(SocketError.NoRecovery, SsCauseCode.NameResolutionFailed)]
    [InlineData(SocketError.SocketError, SsCauseCode.NameResolutionFailed)]
    public async Task Resolver_errors_are_told_apart(SocketError error, SsCauseCode code)
    {
        var failure = await Dialing.FailAsync(new SsPlatform { Names = ScriptedNames.Failing(new SocketException((int)error)) }, Dialing.Plain("host.test", 80));
        Assert.Equal((SsPhase.Names, code, "endpoint", "host.test:80"), (failure.Phase, failure.Code, failure.Attribute, failure.Endpoint));
        Assert.Contains("host.test", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.Permanent);
        Assert.IsType<SocketException>(failure.Error);
    }

    [Fact]
    public async Task Name_without_addresses_is_not_found()
    {
        var failure = await Dialing.FailAsync(new SsPlatform { Names = ScriptedNames.Answering() }, Dialing.Plain("host.test", 80));
        Assert.Equal((SsPhase.Names, SsCauseCode.NameNotFound), (failure.Phase, failure.Code));
    }

    [Fact]
    public async Task Resolver_that_breaks_is_a_failed_resolution()
    {
        var failure = await Dialing.FailAsync(new SsPlatform { Names = ScriptedNames.Failing(new InvalidOperationException("broken\nresolver")) }, Dialing.Plain("host.test", 80));
        Assert.Equal((SsPhase.Names, SsCauseCode.NameResolutionFailed), (failure.Phase, failure.Code));
        Assert.Contains("broken resolver", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host.test", 0, "port")]
    [InlineData("host.test", 65536, "port")]
    [InlineData("", 80, "endpoint")]
    [InlineData("[]", 80, "endpoint")]
    public async Task Impossible_targets_are_the_policys_fault(string host, int port, string attribute)
    {
        var failure = await Dialing.FailAsync(Dialing.Loopback, Dialing.Plain(host, port));
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, attribute, true), (failure.Phase, failure.Code, failure.Attribute, failure.Permanent));
    }

    [Fact]
    public async Task Name_that_no_resolver_takes_is_the_policys_fault()
    {
        // The real resolver, which refuses this one before asking anybody.
        var failure = await Dialing.FailAsync(new SsPlatform { Time = new ManualTimeProvider(TimeProvider.System.GetUtcNow()) }, Dialing.Plain(new string('a', 300), 80));
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid), (failure.Phase, failure.Code));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("4a 4b 4c", "4a 4b 4c")]
    [InlineData("6a 6b 4a", "6a 4a 6b")]
    [InlineData("4a 6a 6b 6c 4b", "4a 6a 4b 6b 6c")]
    [InlineData("4a 4a 6a", "4a 6a")]
    public void Families_take_turns_beginning_with_the_first_given(string given, string expected)
    {
        var addresses = given.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(one => IPAddress.Parse(one[0] == '4' ? $"192.0.2.{(int)one[1]}" : $"2001:db8::{(int)one[1]}")).ToList();
        var ordered = HostNames.Interleave(addresses).Select(one => (one.AddressFamily == AddressFamily.InterNetwork ? "4" : "6")
            + (char)int.Parse(one.ToString().Split('.', ':')[^1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(expected, string.Join(' ', ordered));
    }
}
