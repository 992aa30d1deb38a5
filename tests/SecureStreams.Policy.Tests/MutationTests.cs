using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Nothing in a text may make the loader throw, and what it says must be consistent.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
public sealed class MutationTests(ITestOutputHelper output)
{
    private static readonly string Fixtures = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Fixtures");

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "#", "//", "/*", "*/", "\\", "\\ud800", "null", "true", "NaN", "-1", "70000", "1e999", "1.5", "0", "\"\"", "\n", "\r\n",
        "\"s\":", "\"retry\":", "\"name\":", "\"stack\":", "\"certs\":", "\"endpoint\":", "${", "${x}", "...", "-----BEGIN X-----", "\uFEFF", "\u2028", "\0", "😀",
    ];

    [Fact]
    public void No_text_makes_the_loader_throw()
    {
        var count = Setting("SECURESTREAMS_MUTATIONS", 20_000);
        var seed = Setting("SECURESTREAMS_SEED", Environment.ProcessId);
        output.WriteLine($"SECURESTREAMS_SEED={seed} SECURESTREAMS_MUTATIONS={count}");
        var random = new Random(seed);
        var documents = Directory.EnumerateFiles(Fixtures, "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var (loaded, refused) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var text = Mutate(documents[random.Next(documents.Count)], documents, random);
            try
            {
                var result = PolicyLoader.Load(text, "p", new PolicyLoadOptions { Strict = random.Next(8) == 0 });
                Check(result, text);
                _ = result.Model is null ? refused++ : loaded++;
            }
            catch (Exception thrown)
            {
                throw new InvalidOperationException($"Seed {seed}, input {i}, as base64: {Convert.ToBase64String(text)}", thrown);
            }
        }

        output.WriteLine($"{loaded} loaded, {refused} refused");

        // Both must happen often, else the mutations are too weak or too wild to say anything.
        Assert.InRange(loaded, count / 100, count);
        Assert.InRange(refused, count / 100, count);
    }

    private static void Check(PolicyLoadResult result, byte[] text)
    {
        Assert.Equal(result.Model is null, result.Diagnostics.Any(static one => one.Severity == PolicySeverity.Error));
        Assert.Equal(result.HasErrors, result.Model is null);
        var lines = text.Count(static one => one == (byte)'\n') + 1;
        foreach (var one in result.Diagnostics)
        {
            Assert.InRange(one.Line, 1, lines);
            Assert.InRange(one.Column, 1, text.Length + 1);
            Assert.DoesNotContain('\n', one.ToString());
        }
    }

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
