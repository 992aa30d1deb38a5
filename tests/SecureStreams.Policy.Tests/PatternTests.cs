using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>The forms that rows ask for: what they take, and that .NET and ECMA-262 read them alike.</summary>
public sealed partial class PatternTests
{
    private const string Hash = "sha256/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCdE=";

    public static TheoryData<string> Patterned => [.. PolicyAttributeTable.All.Where(static row => row.Pattern.Length > 0).Select(static row => $"{row.Section} {row.Name}")];

    [Theory]
    [MemberData(nameof(Patterned))]
    public void A_pattern_is_anchored_and_in_the_common_subset(string name)
    {
        var row = RowOf(name);
        Assert.StartsWith("^", row.Pattern, StringComparison.Ordinal);
        Assert.EndsWith("$", row.Pattern, StringComparison.Ordinal);

        // Not: classes that .NET widens to all of Unicode, \A \z, back references.
        Assert.DoesNotMatch(EscapeBeyondCommon(), row.Pattern);

        // Not: look-around, named groups, options, lazy or possessive counts. In a class these characters are themselves.
        Assert.DoesNotMatch(SyntaxBeyondCommon(), EscapeOrClass().Replace(row.Pattern, "x"));
        _ = new Regex(row.Pattern, RegexOptions.ECMAScript);
    }

    [Theory]
    [InlineData("tls_key_blob", "client-1.key", true)]
    [InlineData("tls_key_blob", "", false)]
    [InlineData("tls_key_blob", "a/b", false)]
    [InlineData("tls_key_blob", "a\n", false)]
    [InlineData("tls_pins", Hash, true)]
    [InlineData("tls_pins", Hash + "=", false)]
    [InlineData("tls_pins", "sha256/AAAA=", false)]
    [InlineData("tls_pins", "x" + Hash, false)]
    [InlineData("unix_mode", "0600", true)]
    [InlineData("unix_mode", "660", true)]
    [InlineData("unix_mode", "1777", false)]
    [InlineData("unix_mode", "0o600", false)]
    [InlineData("server_names", "api.example", true)]
    [InlineData("server_names", "*.example", true)]
    [InlineData("server_names", "[fe80::1]", true)]
    [InlineData("server_names", "xn--bcher-kva.example", true)]
    [InlineData("server_names", "", false)]
    [InlineData("server_names", "*", false)]
    [InlineData("server_names", "a.*.example", false)]
    [InlineData("server_names", "api.example:80", false)]
    [InlineData("server_names", "api.example.", false)]
    [InlineData("unix_user", "www-data", true)]
    [InlineData("unix_user", "1000", true)]
    [InlineData("unix_user", "-x", false)]
    [InlineData("unix_user", "a b", false)]
    [InlineData("ws_subprotocol", "", true)]
    [InlineData("ws_subprotocol", "chat", true)]
    [InlineData("ws_subprotocol", "chat, super.chat,v2", true)]
    [InlineData("ws_subprotocol", "chat,", false)]
    [InlineData("ws_subprotocol", ",", false)]
    [InlineData("ws_subprotocol", "a b", false)]
    [InlineData("ws_subprotocol", "a/b", false)]
    [InlineData("test_faults", "cut", true)]
    [InlineData("test_faults", "cut_after_ms=0 attempts=1,3-5 percent=50", true)]
    [InlineData("test_faults", "http_status=302 location=http://a/?b=c retry_after=7 attempts=999999 percent=100", true)]
    [InlineData("test_faults", "http_status=302 location=", false)]
    [InlineData("test_faults", "http_status=199", false)]
    [InlineData("test_faults", "cut retry_after=7", false)]
    [InlineData("test_faults", "cut percent=5 attempts=1", false)]
    [InlineData("test_faults", "cut attempts=0", false)]
    [InlineData("test_faults", "cut attempts=1,", false)]
    [InlineData("test_faults", "cut percent=101", false)]
    [InlineData("test_faults", "cut  percent=1", false)]
    [InlineData("test_faults", "cut ", false)]
    [InlineData("test_faults", "", false)]
    [InlineData("via-socks5", "", true)]
    [InlineData("via-socks5", "127.0.0.1:12345", true)]
    [InlineData("via-socks5", "proxy.example:65535", true)]
    [InlineData("via-socks5", "[::1]:1080", true)]
    [InlineData("via-socks5", "me:secret@[fe80::1]:1080", true)]
    [InlineData("via-socks5", "me:@proxy:1", true)]
    [InlineData("via-socks5", "me:a:b@proxy:1", true)]
    [InlineData("via-socks5", "proxy", false)]
    [InlineData("via-socks5", "proxy:0", false)]
    [InlineData("via-socks5", "proxy:65536", false)]
    [InlineData("via-socks5", "::1:1080", false)]
    [InlineData("via-socks5", "me@proxy:1080", false)]
    [InlineData("via-socks5", "me:a@b@proxy:1080", false)]
    [InlineData("via-socks5", "socks5://proxy:1080", false)]
    public void A_form_takes_and_refuses(string name, string text, bool taken)
    {
        var row = RowOf($"StreamTypes {name}");
        Assert.Equal(taken, row.HasForm(text));
    }

    [Theory]
    [MemberData(nameof(Patterned))]
    public void A_form_is_judged_as_its_pattern_says(string name)
    {
        var row = RowOf(name);
        var pattern = new Regex(row.Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        string[] seeds = ["", "a.b-c_d", Hash, "0660", "www-data", "chat, super.chat ,v2", "me:secret@[fe80::1]:1080", "proxy.example:65535", "*.example", "cut attempts=1,3-5 percent=100", "http_status=302 location=http://a/ retry_after=7"];
        const string Alphabet = "*aZ09 ,:@/=+._-[]!\n\u00e4";
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var text = seeds[random.Next(seeds.Length)];
            for (var edits = random.Next(4); edits > 0; edits--)
            {
                var at = random.Next(text.Length + 1);
                var one = Alphabet[random.Next(Alphabet.Length)];
                text = random.Next(3) switch
                {
                    0 => text.Insert(at, one.ToString(CultureInfo.InvariantCulture)),
                    1 when at < text.Length => text.Remove(at, 1),
                    _ => text[..at] + one + (at < text.Length ? text[(at + 1)..] : ""),
                };
            }

            // .NET's $ also matches in front of a line feed at the end, ECMA's does not.
            Assert.True((pattern.IsMatch(text) && !text.EndsWith('\n')) == row.HasForm(text), $"'{text}'");
        }
    }

    [Fact]
    public void Both_places_of_the_proxy_ask_for_the_same_form() =>
        Assert.Equal(RowOf("Document via-socks5").Pattern, RowOf("StreamTypes via-socks5").Pattern);

    [Fact]
    public void Every_byte_of_a_token_is_judged_as_for_a_method()
    {
        var row = RowOf("StreamTypes ws_subprotocol");
        for (var c = ' ' + 1; c < 256; c++)
        {
            var text = ((char)c).ToString(CultureInfo.InvariantCulture);
            Assert.Equal(PolicyCharacters.IsToken(text), row.HasForm(text));
        }
    }

    [Fact]
    public void A_long_hostile_text_is_judged_at_once() =>

        // Backtracking would need time exponential in the length for this.
        Assert.False(RowOf("StreamTypes ws_subprotocol").HasForm(string.Concat(Enumerable.Repeat("a,", 30_000)) + "/"));

    private static PolicyAttributeInfo RowOf(string name)
    {
        var parts = name.Split(' ');
        return PolicyAttributeTable.Find(Enum.Parse<PolicySection>(parts[0]), parts[1])!;
    }

    [GeneratedRegex(@"\\[dDwWsSbBpPAzZGkxuc0-9]")]
    private static partial Regex EscapeBeyondCommon();

    [GeneratedRegex(@"\(\?(?!:)|[*+?}][?+]")]
    private static partial Regex SyntaxBeyondCommon();

    [GeneratedRegex(@"\\.|\[(?:\\.|[^\]])+\]")]
    private static partial Regex EscapeOrClass();
}
