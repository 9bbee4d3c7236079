#include "netstray/report/classification_report.h"

#include <gtest/gtest.h>

namespace netstray {
namespace {

// The expected texts are scikit-learn 1.9.1's:
//   from sklearn.metrics import classification_report; import numpy as np
//   def report(tn, fp, fn, tp): print(classification_report(np.repeat([0, 0, 1, 1], [tn, fp, fn, tp]),
//                                                           np.repeat([0, 1, 0, 1], [tn, fp, fn, tp])))

TEST(ClassificationReport, EqualsTheIsolationForestReportOfTheKdd99Notebook) {
  EXPECT_EQ(classification_report({76750, 20528, 368091, 28652}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       0.17      0.79      0.28     97278\n"
            "           1       0.58      0.07      0.13    396743\n"
            "\n"
            "    accuracy                           0.21    494021\n"
            "   macro avg       0.38      0.43      0.21    494021\n"
            "weighted avg       0.50      0.21      0.16    494021\n");
}

TEST(ClassificationReport, EqualsTheAutoencoderReportOfTheKdd99Notebook) {
  EXPECT_EQ(classification_report({97000, 278, 393000, 3743}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       0.20      1.00      0.33     97278\n"
            "           1       0.93      0.01      0.02    396743\n"
            "\n"
            "    accuracy                           0.20    494021\n"
            "   macro avg       0.56      0.50      0.17    494021\n"
            "weighted avg       0.79      0.20      0.08    494021\n");
}

TEST(ClassificationReport, HasZerosWhereAClassWasNeverPredicted) {
  EXPECT_EQ(classification_report({5, 0, 3, 0}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       0.62      1.00      0.77         5\n"
            "           1       0.00      0.00      0.00         3\n"
            "\n"
            "    accuracy                           0.62         8\n"
            "   macro avg       0.31      0.50      0.38         8\n"
            "weighted avg       0.39      0.62      0.48         8\n");
  EXPECT_EQ(classification_report({0, 4, 0, 6}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       0.00      0.00      0.00         4\n"
            "           1       0.60      1.00      0.75         6\n"
            "\n"
            "    accuracy                           0.60        10\n"
            "   macro avg       0.30      0.50      0.38        10\n"
            "weighted avg       0.36      0.60      0.45        10\n");
}

TEST(ClassificationReport, WritesSupportsAsFloatsWhereNoRowIsRightAsScikitLearnDoes) {
  EXPECT_EQ(classification_report({0, 8, 1, 0}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       0.00      0.00      0.00       8.0\n"
            "           1       0.00      0.00      0.00       1.0\n"
            "\n"
            "    accuracy                           0.00       9.0\n"
            "   macro avg       0.00      0.00      0.00       9.0\n"
            "weighted avg       0.00      0.00      0.00       9.0\n");
}

TEST(ClassificationReport, LeavesOutAClassThatIsNeitherInTheLabelsNorInTheVerdicts) {
  EXPECT_EQ(classification_report({7, 0, 0, 0}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       1.00      1.00      1.00         7\n"
            "\n"
            "    accuracy                           1.00         7\n"
            "   macro avg       1.00      1.00      1.00         7\n"
            "weighted avg       1.00      1.00      1.00         7\n");
  EXPECT_EQ(classification_report({0, 0, 0, 7}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           1       1.00      1.00      1.00         7\n"
            "\n"
            "    accuracy                           1.00         7\n"
            "   macro avg       1.00      1.00      1.00         7\n"
            "weighted avg       1.00      1.00      1.00         7\n");
}

TEST(ClassificationReport, IsRightForATinyTest) {
  EXPECT_EQ(classification_report({1, 2, 3, 4}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       0.25      0.33      0.29         3\n"
            "           1       0.67      0.57      0.62         7\n"
            "\n"
            "    accuracy                           0.50        10\n"
            "   macro avg       0.46      0.45      0.45        10\n"
            "weighted avg       0.54      0.50      0.52        10\n");
}

// Made with sample_weight, which writes the supports as floats: their ".0" is taken off here.
TEST(ClassificationReport, LetsHugeSupportsRunOverTheirColumn) {
  EXPECT_EQ(classification_report({600000000, 400000000, 100000000, 900000000}),
            "              precision    recall  f1-score   support\n"
            "\n"
            "           0       0.86      0.60      0.71 1000000000\n"
            "           1       0.69      0.90      0.78 1000000000\n"
            "\n"
            "    accuracy                           0.75 2000000000\n"
            "   macro avg       0.77      0.75      0.74 2000000000\n"
            "weighted avg       0.77      0.75      0.74 2000000000\n");
}

TEST(ClassificationReport, IsAsWideAsTheLongestName) {
  EXPECT_EQ(classification_report({9000, 711, 2400, 10433}, {"normal", "attack, any of them"}),
            "                     precision    recall  f1-score   support\n"
            "\n"
            "             normal       0.79      0.93      0.85      9711\n"
            "attack, any of them       0.94      0.81      0.87     12833\n"
            "\n"
            "           accuracy                           0.86     22544\n"
            "          macro avg       0.86      0.87      0.86     22544\n"
            "       weighted avg       0.87      0.86      0.86     22544\n");
}

TEST(ClassificationReport, OfNoRowsIsAllZeros) {
  const std::string text = classification_report({});
  EXPECT_NE(text.find("accuracy                           0.00         0\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace netstray
