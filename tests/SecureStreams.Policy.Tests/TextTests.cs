using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Bytes that are no fixture: encodings, line ends, limits.</summary>
public sealed class TextTests
{
    private const string Minimal = """{ "s": [ { "one": { "endpoint": "a" } } ] }""";

    [Fact]
    public void A_byte_order_mark_is_skipped_and_not_counted()
    {
        var result = Load([0xEF, 0xBB, 0xBF, .. "{ \"x\": 1, \"s\": [] }"u8]);
        Assert.Equal("p(1,3): warning SSP0104: document: unknown member 'x', ignored", result.Diagnostics[1].ToString());
        Assert.NotNull(result.Model);
    }

    [Fact]
    public void Crlf_ends_one_line()
    {
        var result = Load("{\r\n  \"port\": 1,\r\n  \"s\": [ { \"one\": {\r\n \"port\": 70000 } } ] }");
        Assert.Equal([(2, 3), (3, 12), (4, 10)], result.Diagnostics.Select(static one => (one.Line, one.Column)));
    }

    [Fact]
    public void Columns_count_utf16_characters()
    {
        // Two bytes, three bytes, and a pair of surrogates of four bytes: 1 + 1 + 2 columns.
        var result = Load("{ \"release\": \"é€😀\", \"x\": 1, \"s\": [ { \"one\": { \"endpoint\": \"a\" } } ] }");
        Assert.Equal((1, 22), (result.Diagnostics[0].Line, result.Diagnostics[0].Column));
    }

    [Fact]
    public void Columns_stay_true_far_into_a_long_line()
    {
        var text = "{ \"release\": \"" + string.Concat(Enumerable.Repeat("é€😀", 3000)) + "\", \"x\": 1, " + Minimal[2..];
        var found = Assert.Single(Load(text).Diagnostics);
        Assert.Equal(text.IndexOf("\"x\"", StringComparison.Ordinal) + 1, found.Column);
    }

    [Fact]
    public void Offsets_stay_true_behind_comments()
    {
        var found = Load("/* é\n */ { // c\n # d\n \"x\": 1, " + Minimal[2..]).Diagnostics;
        Assert.Equal(["p(1,1): warning SSP0010: 3 comments, the first one here; JSON has none", "p(4,2): warning SSP0104: document: unknown member 'x', ignored"],
            found.Select(static one => one.ToString()));
    }

    [Fact]
    public void Every_invalid_byte_is_named_and_reading_goes_on()
    {
        var result = Load([.. "{ \"release\": \"a"u8, 0xFF, .. "b"u8, 0xC3, .. "\", \"s\": 1 }"u8]);
        Assert.Equal(
            ["p(1,16): error SSP0002: byte 0xFF is not valid UTF-8", "p(1,18): error SSP0002: byte 0xC3 is not valid UTF-8",
             "p(1,27): error SSP0101: document: s must be an array of objects, not a number; put it between [ and ]"],
            result.Diagnostics.Select(static one => one.ToString()));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Utf16_is_named(string encoding)
    {
        var bytes = Encoding.GetEncoding(encoding).GetBytes(Minimal);
        Assert.Equal("p(1,1): error SSP0002: the document looks like UTF-16; save it as UTF-8", Assert.Single(Load(bytes).Diagnostics).ToString());
        Assert.Equal("SSP0002", Assert.Single(Load([.. Encoding.GetEncoding(encoding).GetPreamble(), .. bytes]).Diagnostics).Id);
    }

    [Fact]
    public void A_document_above_the_limit_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Minimal);
        Assert.NotNull(PolicyLoader.Load(bytes, "p", new PolicyLoadOptions { MaximumBytes = bytes.Length }).Model);
        var refused = PolicyLoader.Load(bytes, "p", new PolicyLoadOptions { MaximumBytes = bytes.Length - 1 });
        Assert.Equal("p(1,1): error SSP0005: the document has 43 bytes; at most 42 are read", Assert.Single(refused.Diagnostics).ToString());
        Assert.Equal(16 * 1024 * 1024, new PolicyLoadOptions().MaximumBytes);
    }

    [Fact]
    public void A_long_string_is_refused_but_for_certificates()
    {
        var text = new string('A', 65537);
        var found = Assert.Single(Load($$"""{ "release": "{{text}}", "certs": [ { "c": "{{text}}..." } ], "s": [ { "one": { "endpoint": "a" } } ] }""").Diagnostics,
            static one => one.Severity == PolicySeverity.Error);
        Assert.Equal("p(1,14): error SSP0007: a string of 65537 bytes; at most 65536 are allowed here", found.ToString());
        Assert.Equal("$.release", found.JsonPath);
        Assert.NotNull(Load($$"""{ "release": "{{text[1..]}}", "s": [ { "one": { "endpoint": "a" } } ] }""").Model);
    }

    [Fact]
    public void Too_many_values_are_refused()
    {
        var found = Assert.Single(Load("{ \"x_many\": [" + string.Concat(Enumerable.Repeat("1,", 1_000_000)) + "1] }").Diagnostics);
        Assert.Equal("SSP0008", found.Id);
    }

    [Fact]
    public void Findings_have_an_end_and_errors_are_kept_before_warnings()
    {
        var members = string.Concat(Enumerable.Range(0, 1500).Select(static i => $"\"unknown{i}\": 1,\n"));
        var result = Load("{\n" + members + "\"port\": 1,\n\"s\": 7 }");
        Assert.Equal(1001, result.Diagnostics.Length);
        Assert.Equal("SSP0009", result.Diagnostics[^1].Id);
        Assert.Equal("502 more findings were left out; the limit is 1000", result.Diagnostics[^1].Message);
        Assert.Equal("SSP0101", Assert.Single(result.Diagnostics, static one => one.Severity == PolicySeverity.Error).Id);
        Assert.Null(result.Model);
    }

    [Fact]
    public void Sixty_four_levels_are_read()
    {
        Assert.NotNull(Load("{ \"x_deep\": " + new string('[', 63) + new string(']', 63) + ", " + Minimal[2..]).Model);
        Assert.Equal("SSP0006", Assert.Single(Load("{ \"x_deep\": " + new string('[', 64) + new string(']', 64) + ", " + Minimal[2..]).Diagnostics).Id);
    }

    [Theory]
    [InlineData("/*")]
    [InlineData(",]")]
    [InlineData("#")]
    [InlineData("[ }")]
    [InlineData("\\\"")]
    [InlineData("\n")]
    [InlineData("\u0080")]
    public void Work_grows_with_the_size_and_no_faster(string piece)
    {
        // Four mebibytes: anything quadratic would run for hours here.
        var result = Load("{ \"x\": [[[" + string.Concat(Enumerable.Repeat(piece, 4 * 1024 * 1024 / piece.Length)));
        Assert.True(result.HasErrors);
        Assert.InRange(result.Diagnostics.Length, 1, 1001);
    }

    [Fact]
    public void A_text_of_invalid_bytes_ends()
    {
        var bytes = new byte[4 * 1024 * 1024];
        Array.Fill(bytes, (byte)0xFE);
        Assert.Equal("SSP0009", Load(bytes[..^1].Prepend((byte)' ').ToArray()).Diagnostics[^1].Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t")]
    [InlineData("\uFEFF")]
    public void Nothing_is_empty(string text) => Assert.Equal("p(1,1): error SSP0001: the document is empty", Assert.Single(Load(text).Diagnostics).ToString());

    [Fact]
    public void Only_a_missing_name_throws() => Assert.Throws<ArgumentNullException>(static () => PolicyLoader.Load(default, (string)null!));

    private static PolicyLoadResult Load(string text) => Load(Encoding.UTF8.GetBytes(text));

    private static PolicyLoadResult Load(byte[] text) => PolicyLoader.Load(text, "p");
}
