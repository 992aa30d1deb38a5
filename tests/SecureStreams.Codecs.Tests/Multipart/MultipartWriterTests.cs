using System.Text;
using SecureStreams.Codecs.Multipart;

namespace SecureStreams.Codecs.Tests.Multipart;

public class MultipartWriterTests
{
    [Fact]
    public void The_framing_byte_for_byte()
    {
        Assert.Equal(
            "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n",
            Text(MultipartWriter.PartHead("b", isFirst: true, "meta", contentType: "application/json")));
        Assert.Equal(
            "\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"grün.txt\"\r\n\r\n",
            Text(MultipartWriter.PartHead("b", isFirst: false, "f", "grün.txt")));
        Assert.Equal("\r\n--b--\r\n", Text(MultipartWriter.End("b")));
    }

    [Theory]
    [InlineData("a\"; filename=\"x", "a%22; filename=%22x")]
    [InlineData("a\r\nX-Evil: 1\r\n\r\n", "a%0D%0AX-Evil: 1%0D%0A%0D%0A")]
    [InlineData("a\\b/c%", "a\\b/c%")]
    [InlineData("\0", "%00")]
    public void No_name_can_forge_a_header_or_a_parameter(string name, string written)
    {
        Assert.Equal($"--b\r\nContent-Disposition: form-data; name=\"{written}\"; filename=\"{written}\"\r\n\r\n", Text(MultipartWriter.PartHead("b", true, name, name)));
    }

    [Fact]
    public void What_cannot_be_framed_is_refused()
    {
        Assert.Throws<ArgumentException>(static () => MultipartWriter.PartHead("b", true, "n", null, "text/plain\r\nX-Evil: 1"));
        Assert.Throws<ArgumentException>(static () => MultipartWriter.PartHead("b\r\n", true, "n"));
        Assert.Throws<ArgumentException>(static () => MultipartWriter.End(""));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        byte[] body = [.. MultipartWriter.PartHead("b", true, "one", "1.bin", "a/b"), .. "\r\n--b"u8[..4], .. MultipartWriter.PartHead("b", false, "two"), .. MultipartWriter.End("b")];
        Assert.Equal(
            "[Content-Disposition=form-data; name=\"one\"; filename=\"1.bin\",Content-Type=a/b|\r\n--].[Content-Disposition=form-data; name=\"two\"|]!",
            MultipartStory.ByteByByte(body, "b"));
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
