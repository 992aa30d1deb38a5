using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Codecs.Tests.WebSocket;

public class WebSocketAcceptTests
{
    [Fact]
    public void The_example_of_the_specification_comes_out() =>
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketAccept.Of("dGhlIHNhbXBsZSBub25jZQ==")); // RFC 6455 section 1.3
}
