using SecureStreams.Core;
using SecureStreams.Tests.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>What a policy makes of a stream.</summary>
public sealed class TraitsTests
{
    [Theory]
    [InlineData("\"protocol\": \"h1\"", false)]
    [InlineData("\"protocol\": \"h1\", \"http_method\": \"GET\"", false)]
    [InlineData("\"protocol\": \"h2\", \"http_method\": \"HEAD\"", false)]
    [InlineData("\"protocol\": \"h1\", \"http_method\": \"get\"", false)]
    [InlineData("\"protocol\": \"h1\", \"http_method\": \"POST\"", true)]
    [InlineData("\"protocol\": \"h2\", \"http_method\": \"DELETE\"", true)]
    [InlineData("\"protocol\": \"h2\", \"http_method\": \"POST\", \"long_poll\": true", false)]
    [InlineData("\"protocol\": \"h1\", \"http_method\": \"POST\", \"long_poll\": true", true)]
    [InlineData("\"protocol\": \"h3\", \"protocol_fallback\": \"h2\", \"http_method\": \"POST\", \"long_poll\": true", false)]
    [InlineData("\"protocol\": \"h3\", \"protocol_fallback\": \"h1\", \"http_method\": \"POST\", \"long_poll\": true", true)]
    [InlineData("\"protocol\": \"raw\"", false)]
    [InlineData("\"protocol\": \"ws\"", false)]
    [InlineData("\"protocol\": \"mqtt\"", false)]
    public void A_transaction_takes_a_body_where_its_request_can_have_one(string attributes, bool takes) =>
        Assert.Equal(takes, StreamTraits.Of(HttpBench.Policy($"\"endpoint\": \"peer.test\", \"port\": 80, {attributes}")).TakesBody);

    [Fact]
    public void A_served_transaction_takes_its_answer_and_an_upgraded_one_is_none()
    {
        var policy = HttpBench.Policy("\"endpoint\": \"127.0.0.1\", \"port\": 0, \"protocol\": \"h1\", \"server\": true");
        Assert.True(StreamTraits.Of(policy).TakesBody);
        Assert.False(StreamTraits.Of(policy, isUpgraded: true).TakesBody);
    }
}
