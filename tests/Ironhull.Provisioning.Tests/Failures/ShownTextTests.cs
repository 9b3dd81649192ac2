using Ironhull.Provisioning.Failures;

namespace Ironhull.Provisioning.Tests.Failures;

public sealed class ShownTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("invalid url \"data:;base64,c2VjcmV0\": bad", "invalid url \"data:…\": bad")]
    [InlineData("DATA:,secret", "data:…")]
    [InlineData("'data:,secret' and data:,more", "'data:…' and data:…")]
    [InlineData("https://user:password@example.com/a?token=x#y failed", "https://…@example.com/a?… failed")]
    [InlineData("http://example.com/a", "http://example.com/a")]
    [InlineData("https://example.com?token=x", "https://example.com?…")]
    [InlineData("https://a@b", "https://…@b")]
    [InlineData("://", "://")]
    [InlineData("two\nlines\u001b[2Jand a bell\a", "two lines [2Jand a bell ")]
    [InlineData("c1 \u009b31m", "c1  31m")]
    public void Line_NothingSecretAndNothingThatSteersATerminal(string text, string shown) => Assert.Equal(shown, ShownText.Line(text));

    [Fact]
    public void WithoutSecrets_KeepsLines() => Assert.Equal("a\n  data:…\nhttp://…@b/c?…", ShownText.WithoutSecrets("a\n  data:,x\nhttp://u@b/c?d"));

    [Fact]
    public void Line_LongText_IsCut() => Assert.Equal(new string('x', 600) + "…", ShownText.Line(new string('x', 100_000)));

    /// <summary>Whatever stands around a URL of data, its contents are not shown.</summary>
    [Fact]
    public void Line_DataAnywhere_IsNeverShown()
    {
        const string Around = "ab \"'<>`:/@?#\n\t\u001b{}[],é";
        for (var seed = 0; seed < 5000; seed++)
        {
            var state = (uint)seed * 2654435761;
            var text = Pick(ref state, 12) + "data:," + "S3CRET" + Pick(ref state, 12);
            Assert.DoesNotContain("S3CRET", ShownText.Line(text), StringComparison.Ordinal);
        }

        static string Pick(ref uint state, int count)
        {
            var word = "";
            for (var i = 0; i < count; i++)
            {
                state = (state * 1664525) + 1013904223;
                word += Around[(int)(state >> 16) % Around.Length];
            }

            return word;
        }
    }
}
