using System.Text;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Tests.Network;

/// <summary>What attributes of a policy become.</summary>
public sealed class DialPlanTests
{
    [Fact]
    public void A_policy_that_says_nothing_is_the_default()
    {
        Assert.Null(Resolve("", out var options));
        Assert.Same(DialOptions.Default, options);
    }

    [Theory]
    [InlineData("\"local_bind\": \"127.0.0.1\"", "127.0.0.1:0")]
    [InlineData("\"local_bind\": \"127.0.0.1:4000\"", "127.0.0.1:4000")]
    [InlineData("\"local_bind\": \"::1\"", "[::1]:0")]
    [InlineData("\"local_bind\": \"[::1]\"", "[::1]:0")]
    [InlineData("\"local_bind\": \"[::1]:4000\"", "[::1]:4000")]
    [InlineData("\"local_bind\": \"${m}:4000\", \"address_family\": \"ipv4\"", "10.0.0.1:4000")]
    public void Local_addresses(string attributes, string expected)
    {
        Assert.Null(Resolve(attributes, out var options, ("m", "10.0.0.1")));
        Assert.Equal(expected, options.LocalBind!.ToString());
    }

    [Theory]
    [InlineData("\"local_bind\": \"eth0\"", true)]
    [InlineData("\"local_bind\": \"127.0.0.1:70000\"", true)]
    [InlineData("\"local_bind\": \"127.0.0.1:\"", true)]
    [InlineData("\"local_bind\": \":80\"", true)]
    [InlineData("\"local_bind\": \"::1\", \"address_family\": \"ipv4\"", true)]
    [InlineData("\"local_bind\": \"127.0.0.1\", \"address_family\": \"ipv6\"", true)]
    [InlineData("\"local_bind\": \"${n}\"", false)]
    [InlineData("\"local_bind\": \"${m}\"", false)]
    public void Local_addresses_that_are_none(string attributes, bool permanent)
    {
        var failure = Resolve(attributes, out _, ("m", "nonsense"));
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, "local_bind", permanent), (failure.Phase, failure.Code, failure.Attribute, failure.Permanent));
    }

    [Theory]
    [InlineData(null, 443, false)]
    [InlineData("", 443, false)]
    [InlineData("8443", 8443, false)]
    [InlineData("0", 0, true)]
    [InlineData("65536", 0, true)]
    [InlineData("80x", 0, true)]
    [InlineData("-1", 0, true)]
    public void Port_of_metadata_counts_once_it_is_set(string? value, int expected, bool refused)
    {
        var policy = Load("\"port_metadata\": \"m\"");
        var metadata = new MetadataStore(policy);
        if (value is not null)
            metadata.SetOnMailbox("m", value);
        var failure = new DialPlan(policy).ResolvePort(metadata, out var port);
        Assert.Equal(refused, failure is not null);
        if (refused)
            Assert.Equal("port_metadata", failure!.Attribute);
        else
            Assert.Equal(expected, port);
    }

    [Fact]
    public void Bits_and_priority()
    {
        Assert.Null(Resolve("\"attr_low_latency\": true, \"attr_high_throughput\": true, \"attr_high_reliability\": true, \"attr_low_cost\": true, \"attr_priority\": 6, \"address_family\": \"ipv6\"", out var options));
        Assert.Equal((0x1e, 6, AddressChoice.IPv6), (options.TypeOfService, options.Priority, options.Family));
        Assert.Null(Resolve("\"attr_high_throughput\": true", out options));
        Assert.Equal((0x08, 0), (options.TypeOfService, options.Priority));
    }

    [Theory]
    [InlineData("", "SOCKS5 proxy 10.0.0.9:1080")]
    [InlineData("\"via-socks5\": \"\"", "no proxy")]
    [InlineData("\"via-socks5\": \"[::1]:1081\"", "SOCKS5 proxy [::1]:1081")]
    [InlineData("\"via_http_proxy\": \"a:b@p.test:3128\"", "HTTP proxy p.test:3128")]
    [InlineData("\"via_http_proxy\": \"\"", "no proxy")]
    [InlineData("\"via-socks5\": \"\", \"via_http_proxy\": \"p.test:3128\"", "HTTP proxy p.test:3128")]
    public void Proxy_of_the_document_unless_the_streamtype_says_otherwise(string attributes, string expected)
    {
        var policy = Load(attributes, "\"via-socks5\": \"10.0.0.9:1080\",");
        Assert.Null(new DialPlan(policy).Resolve(new MetadataStore(policy), out var options));
        Assert.Equal(expected, options.Proxy!.ToString());
    }

    [Fact]
    public void Equal_ways_are_equal_and_different_ones_are_not()
    {
        string[] all =
        [
            "", "\"local_bind\": \"127.0.0.1\"", "\"local_bind\": \"127.0.0.2\"", "\"via-socks5\": \"a:1\"", "\"via-socks5\": \"\"", "\"via_http_proxy\": \"a:1\"", "\"via-socks5\": \"u:p@a:1\"",
            "\"via-socks5\": \"u:q@a:1\"", "\"attr_priority\": 1", "\"attr_low_latency\": true", "\"address_family\": \"ipv4\"",
        ];
        for (var i = 0; i < all.Length; i++)
        {
            for (var j = 0; j < all.Length; j++)
            {
                Assert.Null(Resolve(all[i], out var one));
                Assert.Null(Resolve(all[j], out var other));
                Assert.Equal(i == j, one == other);
            }
        }
    }

    private static SecureStreams.Transports.TransportFailure? Resolve(string attributes, out DialOptions options, params (string Name, string Value)[] values)
    {
        var policy = Load(attributes);
        var metadata = new MetadataStore(policy);
        foreach (var (name, value) in values)
            metadata.SetOnMailbox(name, value);
        var plan = new DialPlan(policy);
        var first = plan.Resolve(metadata, out _);
        Assert.Equal(first, plan.Resolve(metadata, out options));
        return first;
    }

    private static StreamTypePolicy Load(string attributes, string document = "")
    {
        var more = attributes.Length == 0 ? "" : ", " + attributes;
        var text = $$"""{ {{document}} "s": [ { "x": { "endpoint": "a.test", "port": 443, "metadata": [ { "m": "" }, { "n": "" } ]{{more}} } } ] }""";
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes(text), "p.json");
        Assert.True(result.Model is not null, string.Join('\n', result.Diagnostics));
        return result.Model.StreamTypes["x"];
    }
}
