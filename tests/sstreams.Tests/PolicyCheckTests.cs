using System.Text.RegularExpressions;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy check</c>.</summary>
public sealed partial class PolicyCheckTests
{
    private const string Sound = """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""";

    [Fact]
    public async Task All_of_twelve_mistakes_are_told_with_place_and_id()
    {
        var result = await Tool.RunAsync("policy", "check", "twelve-mistakes.json");
        result.Is(2, """
            twelve-mistakes.json(4,46): error SSP0101: retry scheme 'default': an item of backoff must be a whole number, 0..2147483647 ms, not the string 'soon'
            twelve-mistakes.json(4,66): error SSP0102: retry scheme 'default': conceal is -5, which is out of range; allowed is 0..65535
            twelve-mistakes.json(5,23): error SSP0302: certificate 'root': trust store 'store' uses it, but it is not base64
            twelve-mistakes.json(6,57): error SSP0202: trust store 'store': stack names the certificate 'rooot', which is not defined; did you mean 'root'?
            twelve-mistakes.json(8,7): error SSP0401: streamtype 'weather': a client needs an endpoint, and there is none
            twelve-mistakes.json(9,7): warning SSP0104: streamtype 'weather': unknown member 'endpont', ignored; did you mean 'endpoint'?
            twelve-mistakes.json(10,15): error SSP0102: streamtype 'weather': port is 70000, which is out of range; allowed is 0..65535
            twelve-mistakes.json(11,19): error SSP0103: streamtype 'weather': protocol is 'http'; allowed are h1, h2, h3, ws, mqtt, raw
            twelve-mistakes.json(13,26): error SSP0202: streamtype 'weather': tls_trust_store names the trust store 'stor', which is not defined; did you mean 'store'?
            twelve-mistakes.json(14,16): error SSP0202: streamtype 'weather': retry names the retry scheme 'defualt', which is not defined; did you mean 'default'?
            twelve-mistakes.json(15,19): error SSP0203: streamtype 'weather': http_url uses '${city}', which its metadata does not declare
            twelve-mistakes.json(17,7): error SSP0201: streamtype 'weather' is defined twice; the first definition is at twelve-mistakes.json(8,7)
            twelve-mistakes.json: failed, 11 errors, 1 warning

            """, "");
        Assert.Equal(12, PlaceAndId().Count(result.Text));
    }

    [Fact]
    public async Task Warnings_alone_are_no_failure()
    {
        var result = await Tool.RunAsync("policy", "check", "warnings.json");
        result.Is(0, """
            warnings.json(5,68): warning SSP0106: streamtype 'one': tls is 0; read as false
            warnings.json(5,71): warning SSP0104: streamtype 'one': unknown member 'htp_url', ignored; did you mean 'http_url'?
            warnings.json(6,5): warning SSP0010: a comment; JSON has none
            warnings.json(7,51): warning SSP0107: streamtype 'two': port is the string '443'; read as the number
            warnings.json: ok, 2 streamtypes, 4 warnings

            """, "");
    }

    [Fact]
    public async Task Strict_makes_warnings_errors()
    {
        var result = await Tool.RunAsync("policy", "check", "--strict", "warnings.json");
        result.Exits(2);
        Assert.DoesNotContain("warning SSP", result.Text, StringComparison.Ordinal);
        Assert.EndsWith("warnings.json: failed, 4 errors, 0 warnings\n", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbose_tells_what_has_no_effect_and_it_is_no_warning()
    {
        var result = await Tool.RunAsync("policy", "check", "--verbose", "warnings.json");
        result.Exits(0);
        Assert.Contains("warnings.json(5,106): info: streamtype 'one': h2q_oflow_txcr is accepted, not acted on\n", result.Text, StringComparison.Ordinal);
        Assert.EndsWith("warnings.json: ok, 2 streamtypes, 4 warnings\n", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_file_is_checked_though_one_is_missing()
    {
        var result = await Tool.RunAsync("policy", "check", "absent.json", "warnings.json", ".");
        result.Exits(2);
        Assert.EndsWith("warnings.json: ok, 2 streamtypes, 4 warnings\n", result.Text, StringComparison.Ordinal);
        Assert.Equal("""
            sstreams: error: absent.json: cannot be read: there is no such file
            sstreams: error: .: cannot be read: it is a directory

            """, result.Errors);
    }

    [Fact]
    public async Task Standard_input_is_read()
    {
        (await Tool.RunAsync(System.Text.Encoding.UTF8.GetBytes(Sound), null, "policy", "check", "-")).Is(0, "<stdin>: ok, 1 streamtype, 0 warnings\n", "");
        (await Tool.RunAsync("[]"u8.ToArray(), null, "policy", "check", "-")).Is(
            2, "<stdin>(1,1): error SSP0004: the document must be an object, not an array\n<stdin>: failed, 1 error, 0 warnings\n", "");
    }

    [Fact]
    public async Task Policy_can_be_an_option_as_everywhere()
    {
        var positional = await Tool.RunAsync("policy", "check", "warnings.json");
        (await Tool.RunAsync("policy", "check", "--policy", "warnings.json")).Is(0, positional.Text, "");
    }

    [Fact]
    public async Task Another_product_is_an_error()
    {
        var text = """{ "schema-version": 1, "product": "camera", "s": [{ "one": { "endpoint": "example.com" } }] }"""u8.ToArray();
        (await Tool.RunAsync(text, null, "policy", "check", "--product", "camera", "-")).Exits(0);
        var other = (await Tool.RunAsync(text, null, "policy", "check", "--product", "lamp", "-")).Exits(2);
        Assert.Contains("<stdin>(1,35): error SSP0502: ", other.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_of_a_policy_do_not_reach_the_terminal()
    {
        var text = """{ "schema-version": 1, "s": [{ "o\u001b[31mne": { "endpoint": "example.com", "\u202eport\r\nx": 1 } }] }"""u8.ToArray();
        var result = (await Tool.RunAsync(text, null, "policy", "check", "-")).Exits(0);
        Assert.DoesNotContain(result.Text, static one => (char.IsControl(one) && one != '\n') || one == '\u202e');
        Assert.Equal(2, result.Text.Count(static one => one == '\n'));
    }

    [GeneratedRegex(@"^twelve-mistakes\.json\(\d+,\d+\): (error|warning) SSP\d{4}: ", RegexOptions.Multiline)]
    private static partial Regex PlaceAndId();
}
