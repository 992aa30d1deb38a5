using SecureStreams.Network;
using SecureStreams.Integration.Http;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>How the address of a request and that of the policy come together.</summary>
public sealed class RequestAddressTests
{
    [Theory]
    [InlineData("/", "", "/")]
    [InlineData("/", "items/7", "/items/7")]
    [InlineData("/", "/items/7", "/items/7")]
    [InlineData("/", "//other.test/x", "/other.test/x")]
    [InlineData("/v1", "", "/v1")]
    [InlineData("/v1/", "", "/v1/")]
    [InlineData("/v1", "items", "/v1/items")]
    [InlineData("/v1/", "/items/", "/v1/items/")]
    [InlineData("/v1?key=a", "items", "/v1/items?key=a")]
    [InlineData("/v1?key=a", "items?x=1&y=2", "/v1/items?key=a&x=1&y=2")]
    [InlineData("/v1?key=a", "?x=1", "/v1?key=a&x=1")]
    [InlineData("/v1", "items?x=1#part", "/v1/items?x=1")]
    [InlineData("/v1", "a b/\u00fc?q=\u00fc", "/v1/a%20b/%C3%BC?q=%C3%BC")]
    [InlineData("/v1/a%2Fb", "c%2Fd", "/v1/a%2Fb/c%2Fd")]
    [InlineData("/v1", "http://secure-stream.invalid/items?x=1", "/v1/items?x=1")]
    [InlineData("/v1", "http://api.test:8080/items?x=1", "/items?x=1")]
    [InlineData("/v1", "http://API.test:8080/", "/")]
    public void Together(string url, string asked, string expected)
    {
        Assert.Null(RequestAddress.Combine("api", TargetOf(url), new Uri(asked, UriKind.RelativeOrAbsolute), out var address));
        Assert.Equal("http://api.test:8080" + expected, address!.AbsoluteUri);
        Assert.Equal(expected, address.PathAndQuery);
    }

    [Fact]
    public void No_address_at_all_is_that_of_the_policy()
    {
        Assert.Null(RequestAddress.Combine("api", TargetOf("/v1?key=a"), null, out var address));
        Assert.Equal("/v1?key=a", address!.PathAndQuery);
    }

    [Theory]
    [InlineData("../up", "segment")]
    [InlineData("a/./b", "segment")]
    [InlineData("a/%2E%2e/b", "segment")]
    [InlineData("http://other.test:8080/x", "another host")]
    [InlineData("https://api.test:8080/x", "another host")]
    [InlineData("http://api.test:8081/x", "another host")]
    [InlineData("http://me:secret@api.test:8080/x", "another host")]
    [InlineData("ftp://secure-stream.invalid/x", "another host")]
    public void Refused(string asked, string reason)
    {
        var failure = RequestAddress.Combine("api", TargetOf("/v1"), new Uri(asked, UriKind.RelativeOrAbsolute), out var address);
        Assert.Null(address);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, true), (failure!.Phase, failure.Code, failure.Permanent));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_long_as_others_take()
    {
        Assert.NotNull(RequestAddress.Combine("api", TargetOf("/v1"), new Uri(new string('a', 32 * 1024), UriKind.Relative), out _));
        Assert.Null(RequestAddress.Combine("api", TargetOf("/v1"), new Uri(new string('a', (32 * 1024) - 4), UriKind.Relative), out _));
    }

    private static HttpTarget TargetOf(string url) =>
        new(new Uri("http://api.test:8080" + url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), null, DialOptions.Default, null!, "", "");
}
