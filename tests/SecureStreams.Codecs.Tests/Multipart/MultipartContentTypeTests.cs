using SecureStreams.Codecs.Multipart;

namespace SecureStreams.Codecs.Tests.Multipart;

public class MultipartContentTypeTests
{
    [Theory]
    [InlineData("multipart/form-data; boundary=abc", "abc")]
    [InlineData("Multipart/Mixed;BOUNDARY=\"a b\"", "a b")]
    [InlineData(" multipart/related ; type=\"text/xml\" ; boundary=abc ; start=\"<x;boundary=no>\"", "abc")]
    [InlineData("multipart/related; start=\"a\\\"; boundary=no\"; boundary=yes", "yes")]
    [InlineData("multipart/mixed; boundary=\"a\\b\"", "ab")]
    [InlineData("multipart/mixed;; boundary=abc;", "abc")]
    [InlineData("multipart/mixed; boundary=abc; boundary=abc", "abc")]
    [InlineData("multipart/x-unheard-of; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW")]
    [InlineData("multipart/mixed; boundary=1234567890123456789012345678901234567890123456789012345678901234567890", "1234567890123456789012345678901234567890123456789012345678901234567890")]
    [InlineData("multipart/mixed; boundary=12345678901234567890123456789012345678901234567890123456789012345678901", null)]
    [InlineData("multipart/mixed; boundary=abc; boundary=def", null)]
    [InlineData("multipart/mixed; boundary=\"\"", null)]
    [InlineData("multipart/mixed; boundary=\"abc \"", null)]
    [InlineData("multipart/mixed; boundary=\"abc", null)]
    [InlineData("multipart/mixed; boundary=\"abc\\", null)]
    [InlineData("multipart/mixed; boundary=\"abc\"x", null)]
    [InlineData("multipart/mixed; boundary=a\"b", null)]
    [InlineData("multipart/mixed; boundary=é", null)]
    [InlineData("multipart/mixed; boundary", null)]
    [InlineData("multipart/mixed; =abc", null)]
    [InlineData("multipart/mixed", null)]
    [InlineData("multipart", null)]
    [InlineData("text/plain; boundary=abc", null)]
    [InlineData("", null)]
    public void The_boundary_is_read_or_there_is_none(string contentType, string? boundary)
    {
        Assert.Equal(boundary is not null, MultipartContentType.TryReadBoundary(contentType, out var read));
        Assert.Equal(boundary, read);
    }

    [Fact]
    public void Whatever_a_header_says_reading_it_ends()
    {
        var random = new Random(7);
        const string Alphabet = "boundary=\";\\ \tx";
        for (var round = 0; round < 20_000; round++)
        {
            var text = "multipart/mixed;" + new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            if (MultipartContentType.TryReadBoundary(text, out var boundary))
                Assert.True(MultipartBoundary.IsValid(boundary));
        }
    }
}
