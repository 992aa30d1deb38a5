using SecureStreams.Policy;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Testing.Tests.Overlays;

public sealed class OverlayTests
{
    [Fact]
    public void An_overlay_can_be_shown_and_saved() => Assert.Equal(
        """
        {
          "s": [
            {
              "feed": {
                "test_faults": [
                  "delay_connect_ms=250",
                  "delay_write_ms=250",
                  "rate_limit=1000"
                ]
              }
            }
          ]
        }

        """.ReplaceLineEndings("\n"),
        SsOverlays.TextOf(SsOverlays.Slow(TimeSpan.FromMilliseconds(250), 1000, "feed")));

    [Theory]
    [InlineData("captive-portal")]
    [InlineData("no-internet")]
    public void The_files_of_the_library_say_what_the_code_says(string name)
    {
        var portal = new PolicyDocument(File.ReadAllBytes(RepoPaths.Combine("policies", "captive-portal.json")), "base");
        var file = new PolicyDocument(File.ReadAllBytes(RepoPaths.Combine("policies", "overlays", name + ".json")), name);
        var code = name == "no-internet" ? SsOverlays.NoInternet() : SsOverlays.CaptivePortal();

        var (ofFile, ofCode) = (PolicyLoader.Load([portal, file]), PolicyLoader.Load([portal, code]));

        Assert.Empty(ofFile.Diagnostics);
        Assert.Equal(ofCode.Model!.StreamTypes["captive_portal_detect"], ofFile.Model!.StreamTypes["captive_portal_detect"]);
        Assert.NotEqual(PolicyLoader.Load([portal]).Model!.StreamTypes["captive_portal_detect"], ofFile.Model.StreamTypes["captive_portal_detect"]);
        Assert.Equal(name, code.Name);
    }

    [Fact]
    public void Every_overlay_is_one_that_a_context_takes()
    {
        const string Policy = """{ "s": [{ "a": { "endpoint": "x", "port": 1, "protocol": "raw", "tls": true } }] }""";
        PolicyDocument[] all =
        [
            SsOverlays.CaptivePortal(streamTypes: ["a"]), SsOverlays.NoInternet("a"), SsOverlays.ServerDown("a"), SsOverlays.Cut("a"), SsOverlays.Untrusted("a"), SsOverlays.Expired("a"),
            SsOverlays.Slow(TimeSpan.FromSeconds(1), null, "a"), SsOverlays.CutAfter(10, "a"), SsOverlays.CutAfter(TimeSpan.FromSeconds(1), "a"), SsOverlays.Stalled("a"),
        ];
        foreach (var overlay in all)
        {
            var loaded = PolicyLoader.Load([PolicyDocument.FromJson(Policy, "policy"), overlay]);
            Assert.Empty(loaded.Diagnostics);
            Assert.NotEmpty(loaded.Model!.StreamTypes["a"].Find("test_faults")!.Value.Value.Items);
        }
    }

    [Fact]
    public void Somebody_has_to_be_named() => Assert.Throws<ArgumentException>(() => SsOverlays.ServerDown());
}
