using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>
/// Nothing in a text may make the loader throw or cost more than its size allows, and what it says must be consistent. <c>SS_TEST_LONG=1</c> reads a million texts;
/// <c>SS_TEST_SEED</c> reads those of one seed again.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
public sealed class MutationTests(ITestOutputHelper output)
{
    private static readonly string Fixtures = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Fixtures");

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "#", "//", "/*", "*/", "\\", "\\ud800", "null", "true", "NaN", "-1", "70000", "1e999", "1.5", "0", "\"\"", "\n", "\r\n",
        "\"s\":", "\"retry\":", "\"name\":", "\"stack\":", "\"certs\":", "\"endpoint\":", "${", "${x}", "...", "-----BEGIN X-----", "\uFEFF", "\u2028", "\0", "😀",
    ];

    /// <summary>Of one load with its findings. The factor is what a text of nothing but mistakes may cost, the rest what the machinery costs once.</summary>
    private const int BytesPerByte = 400;
    private const int BytesAnyway = 256 * 1024;

    private static readonly Lazy<List<byte[]>> Documents = new(static () => [.. Directory.EnumerateFiles(Fixtures, "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]);

    private static readonly Lazy<List<byte[]>> Bases = new(static () => [.. Documents.Value.Where(static text => PolicyLoader.Load(text, "p").Model is not null)]);

    [Fact]
    public void No_text_makes_the_loader_throw() => Run("documents", 20_000, static random =>
        [new PolicyDocument(Mutate(Documents.Value[random.Next(Documents.Value.Count)], Documents.Value, random), "p")]);

    /// <summary>The base is right, what is laid over it is anything.</summary>
    [Fact]
    public void No_overlay_makes_the_loader_throw() => Run("overlays", 10_000, static random =>
    {
        var layers = new List<PolicyDocument> { new(Bases.Value[random.Next(Bases.Value.Count)], "base") };
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            // Most overlays are about the base itself; what is strange to it are other documents.
            var from = random.Next(4) == 0 ? Documents.Value[random.Next(Documents.Value.Count)] : layers[0].Utf8.ToArray();
            layers.Add(new PolicyDocument(random.Next(4) == 0 ? from : Mutate(from, Documents.Value, random), $"o{layers.Count}"));
        }

        return layers;
    });

    /// <summary>Texts that ask for much work in few bytes: none costs more than its size allows.</summary>
    [Theory]
    [InlineData("{", "\"a\":1,", "}")]
    [InlineData("{\"s\":[{", "\"a\":{},", "}]}")]
    [InlineData("{\"s\":[{", "\"a\":null,", "}]}")]
    [InlineData("{\"s\":[{\"x\":{", "\"portt\":1,", "}}]}")]
    [InlineData("{\"s\":[{\"x\":{", "\"port\":-1,", "}}]}")]
    [InlineData("{\"s\":[{\"x\":{\"metadata\":[", "{\"m\":\"\"},", "]}}]}")]
    [InlineData("{\"s\":[{\"x\":{\"metadata_from_connection\":[", "{\"m\":\"alpn\"},", "]}}]}")]
    [InlineData("{\"s\":[{\"x\":{\"http_url\":\"", "${a}", "\"}}]}")]
    [InlineData("{\"retry\":[{\"r\":{\"backoff\":[", "1,", "1]}}]}")]
    [InlineData("{\"trust_stores\":[{\"t\":[", "\"c\",", "\"c\"]}]}")]
    [InlineData("{\"certs\":[{\"c\":\"", "AAAA", "\"}]}")]
    [InlineData("", "[", "")]
    [InlineData("", "{\"a\":", "")]
    [InlineData("", "#\n", "{}")]
    [InlineData("{\"release\":\"", "\\ud800", "\"}")]
    public void A_hostile_text_of_64_KiB_costs_no_more_than_its_size_allows(string head, string repeated, string tail)
    {
        var text = Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Repeat(repeated, ((64 * 1024) - head.Length - tail.Length) / repeated.Length)) + tail);
        Measure([new PolicyDocument(text, "p")], new PolicyLoadOptions(), out var alone);
        Measure([new PolicyDocument("{}"u8.ToArray(), "base"), new PolicyDocument(text, "o1")], new PolicyLoadOptions(), out var laidOver);
        output.WriteLine($"{alone:F0} % and {laidOver:F0} % of the bytes allowed");
    }

    /// <summary>Each finding tells its path, and the path has every name in it.</summary>
    [Theory]
    [InlineData("\"q\":1,")]
    [InlineData("\"q\":\"\\ud800\",")]
    [InlineData("\"port\":-1,")]
    public void Findings_below_a_name_of_32_KiB_cost_no_more_than_their_size_allows(string repeated)
    {
        var text = Encoding.UTF8.GetBytes($"{{\"s\":[{{\"{new string('n', 32 * 1024)}\":{{{string.Concat(Enumerable.Repeat(repeated, 4000))}}}}}]}}");
        var result = Measure([new PolicyDocument(text, "p")], new PolicyLoadOptions(), out _);
        var path = $"$.s[0]['{new string('n', 60)}...'].{(repeated[1] == 'p' ? "port" : "q")}";
        Assert.Contains(result.Diagnostics, one => one.JsonPath == path);
    }

    private void Run(string what, int inputs, Func<Random, List<PolicyDocument>> make)
    {
        var isLong = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1";
        var count = isLong ? 500_000 : inputs;
        var seed = Setting("SS_TEST_SEED", Environment.ProcessId);
        output.WriteLine($"SS_TEST_SEED={seed}, {count} {what}");
        var random = new Random(seed);
        var (loaded, refused, most) = (0, 0, 0d);
        for (var i = 0; i < count; i++)
        {
            var layers = make(random);
            try
            {
                var result = Measure(layers, new PolicyLoadOptions { Strict = random.Next(8) == 0 }, out var cost);
                Check(result, layers);
                most = Math.Max(most, cost);
                _ = result.Model is null ? refused++ : loaded++;
            }
            catch (Exception thrown)
            {
                throw new InvalidOperationException(
                    $"SS_TEST_SEED={seed}, input {i}, as base64: {string.Join(' ', layers.Select(static layer => Convert.ToBase64String(layer.Utf8.Span)))}", thrown);
            }

            if (isLong && (i + 1) % 50_000 == 0)
                Progress($"{what}: {i + 1} of {count}, {loaded} loaded, {refused} refused, at most {most:F0} % of the bytes allowed");
        }

        output.WriteLine($"{loaded} loaded, {refused} refused, at most {most:F0} % of the bytes allowed");

        // Both must happen often, else the mutations are too weak or too wild to say anything.
        Assert.InRange(loaded, count / 100, count);
        Assert.InRange(refused, count / 100, count);
    }

    /// <summary>A load, and the bytes that it allocated in percent of what is allowed. They stand for its work: nothing here computes much without allocating.</summary>
    private static PolicyLoadResult Measure(List<PolicyDocument> layers, PolicyLoadOptions options, out double cost)
    {
        var allowed = BytesAnyway + ((long)BytesPerByte * layers.Sum(static layer => layer.Utf8.Length));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = PolicyLoader.Load(layers, options);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= allowed, $"{allocated} bytes were allocated for {layers.Sum(static layer => layer.Utf8.Length)} bytes of text; {allowed} are allowed.");
        cost = 100d * allocated / allowed;
        return result;
    }

    private static void Check(PolicyLoadResult result, List<PolicyDocument> layers)
    {
        Assert.Equal(result.Model is null, result.Diagnostics.Any(static one => one.Severity == PolicySeverity.Error));
        Assert.Equal(result.HasErrors, result.Model is null);
        var lines = layers.ToDictionary(static layer => layer.Name, static layer => layer.Utf8.Span.Count((byte)'\n') + 1);
        foreach (var one in result.Diagnostics)
        {
            Assert.InRange(one.Line, 1, lines[one.File]);
            Assert.InRange(one.Column, 1, layers.Find(layer => layer.Name == one.File).Utf8.Length + 1);
            Assert.DoesNotContain('\n', one.ToString());
        }

        if (result.Model is { } model)
            CheckWritten(model);
    }

    /// <summary>Whatever loads is written, read again, and the same; and can be shown.</summary>
    private static void CheckWritten(PolicyModel model)
    {
        var again = PolicyLoader.Load(PolicyWriter.ToUtf8(model), "written");
        Assert.True(again.Model is not null, string.Join('\n', again.Diagnostics));
        Assert.Equal(model, again.Model);
        Assert.True(PolicyDiff.Between(model, again.Model).IsEmpty);
        Assert.All(model.StreamTypes.Values, static stream => Assert.NotEmpty(EffectivePolicy.Of(stream).ToText()));
    }

    private static void Progress(string text) => TestContext.Current.SendDiagnosticMessage(text);

    private static byte[] Mutate(byte[] document, List<byte[]> documents, Random random)
    {
        var text = document.ToList();
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(text.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < text.Count:
                    text[at] = (byte)random.Next(256);
                    break;
                case 1:
                    text.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 2:
                    text.RemoveRange(at, random.Next(Math.Min(40, text.Count - at) + 1));
                    break;
                case 3:
                    text.RemoveRange(at, text.Count - at);
                    break;
                case 4:
                    text.InsertRange(at, text.GetRange(at, random.Next(Math.Min(60, text.Count - at) + 1)));
                    break;
                case 5:
                    var other = documents[random.Next(documents.Count)];
                    var from = random.Next(other.Length);
                    text.InsertRange(at, other.AsSpan(from, random.Next(Math.Min(80, other.Length - from) + 1)).ToArray());
                    break;
                default:
                    // Swap a digit or letter: the document stays well-formed most of the time.
                    if (at < text.Count && char.IsAsciiLetterOrDigit((char)text[at]))
                        text[at] = (byte)"0123456789abcxyz"[random.Next(16)];
                    break;
            }
        }

        return [.. text];
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
