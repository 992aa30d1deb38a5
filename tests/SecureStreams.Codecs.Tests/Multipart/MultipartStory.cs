using System.Text;
using SecureStreams.Codecs.Multipart;

namespace SecureStreams.Codecs.Tests.Multipart;

/// <summary>What a reader makes of a body, as text: <c>[type=value|payload]</c> for each part, <c>.</c> at its end, <c>!</c> at the last, <c>?</c> where the body is malformed.</summary>
internal static class MultipartStory
{
    public static string Of(byte[] body, string boundary, int maxHeaderBytes, params int[] cuts)
    {
        var reader = new MultipartReader(boundary, maxHeaderBytes);
        var story = new StringBuilder();
        var from = 0;
        foreach (var cut in cuts.Append(body.Length))
        {
            Feed(reader, body.AsSpan(from, cut - from), story);
            from = cut;
            if (reader.Problem is not null)
                break;
        }

        return story.Append(reader.IsComplete ? "" : reader.Problem is null ? "~" : "").ToString();
    }

    public static string ByteByByte(byte[] body, string boundary, int maxHeaderBytes = 1024) => Of(body, boundary, maxHeaderBytes, [.. Enumerable.Range(1, Math.Max(0, body.Length - 1))]);

    private static void Feed(MultipartReader reader, ReadOnlySpan<byte> input, StringBuilder story)
    {
        while (true)
        {
            var before = input.Length;
            switch (reader.Read(ref input, out var data))
            {
                case MultipartToken.NeedInput:
                    Assert.True(input.IsEmpty);
                    return;
                case MultipartToken.PartBegin:
                    var headers = new List<KeyValuePair<string, string>>();
                    reader.CopyHeaders(headers);
                    foreach (var (name, value) in headers)
                        Assert.NotNull(reader.Header(name.ToUpperInvariant()));
                    story.Append('[').AppendJoin(",", headers.Select(static one => $"{one.Key}={one.Value}")).Append('|');
                    break;
                case MultipartToken.Data:
                    Assert.False(data.IsEmpty);
                    story.Append(Encoding.Latin1.GetString(data));
                    break;
                case MultipartToken.PartEnd:
                    story.Append("].");
                    break;
                case MultipartToken.LastPartEnd:
                    story.Append("]!");
                    break;
                case MultipartToken.Empty:
                    story.Append('!');
                    break;
                case MultipartToken.Malformed:
                    Assert.NotNull(reader.Problem);
                    story.Append('?');
                    return;
            }

            Assert.True(input.Length <= before);
        }
    }
}
